using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionConcurrencyTests : IAsyncDisposable
{
    private FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Of_many_creations_of_one_name_one_succeeds()
    {
        Task<FunctionVersion>[] creations =
        [
            .. Enumerable.Range(1, 32).Select(timeout => Task.Run(() => _house.CreateAsync(FunctionsHouse.Request("fn") with { Timeout = timeout }))),
        ];
        await Task.WhenAll(creations).ContinueWith(static _ => { }, TaskScheduler.Default);
        FunctionVersion winner = await Assert.Single(creations, static creation => creation.IsCompletedSuccessfully);
        Assert.Equal(winner.TimeoutSeconds, _house.Latest("fn").TimeoutSeconds);
        Assert.All(
            creations.Where(static creation => creation.IsFaulted),
            static creation => Assert.Equal("Function already exist: fn", creation.Exception!.InnerException!.Message));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_260_102)]
    public async Task Two_hundred_concurrent_changes_end_as_a_sequential_model_does(int seed)
    {
        Writer[] writers = [.. Enumerable.Range(0, 20).Select(n => new Writer(_house, $"fn{n}", new Random(seed + n)))];
        await Task.WhenAll(writers.Select(static writer => Task.Run(() => writer.RunAsync(changes: 10))));
        AssertModel(writers);

        _house = await _house.ReopenAsync();
        AssertModel(writers);
    }

    private void AssertModel(Writer[] writers)
    {
        IEnumerable<(string Name, string Version, int Timeout)> expected = writers
            .OrderBy(static writer => writer.Name, StringComparer.Ordinal)
            .SelectMany(static writer => writer.Versions);
        Assert.Equal(
            expected,
            _house.Directory.ListAllVersions(FunctionsHouse.Caller, null)
                .Select(static version => (version.Name, version.Version, version.TimeoutSeconds)));
    }

    /// <summary>Changes one function again and again and says in advance what each change must answer.</summary>
    private sealed class Writer(FunctionsHouse house, string name, Random random)
    {
        private readonly List<(int Number, int Timeout)> _published = [];
        private int _lastNumber;

        public string Name { get; } = name;

        /// <summary>What the function's timeout must be; null when there must be no function.</summary>
        public int? Timeout { get; private set; }

        /// <summary>The versions there must be: a number never comes again, not even after a deletion of the function.</summary>
        public IEnumerable<(string Name, string Version, int Timeout)> Versions => Timeout is null
            ? []
            : _published.Select(version => (Name, $"{version.Number}", version.Timeout)).Prepend((Name, FunctionArn.Latest, Timeout.Value));

        public async Task RunAsync(int changes)
        {
            for (int change = 0; change < changes; change++)
            {
                int timeout = random.Next(1, 901);
                await (random.Next(4) switch
                {
                    0 => CreateAsync(timeout),
                    1 => UpdateAsync(timeout),
                    2 => PublishAsync(),
                    _ => DeleteAsync(),
                });
            }
        }

        private async Task CreateAsync(int timeout)
        {
            if (Timeout is not null)
            {
                await RefusedAsync("ResourceConflictException", () => house.CreateAsync(FunctionsHouse.Request(Name)));
                return;
            }

            await house.CreateReadyAsync(FunctionsHouse.Request(Name) with { Timeout = timeout });
            Timeout = timeout;
        }

        private async Task UpdateAsync(int timeout)
        {
            if (Timeout is null)
            {
                await RefusedAsync("ResourceNotFoundException", () => house.ConfigureReadyAsync(new() { FunctionName = Name, Timeout = timeout }));
                return;
            }

            FunctionVersion updated = await house.ConfigureReadyAsync(new() { FunctionName = Name, Timeout = timeout });
            Assert.Equal(timeout, updated.TimeoutSeconds);
            Timeout = timeout;
        }

        private async Task PublishAsync()
        {
            if (Timeout is null)
            {
                await RefusedAsync("ResourceNotFoundException", () => house.PublishAsync(Name));
                return;
            }

            if (_published.Count == 0 || _published[^1].Timeout != Timeout)
            {
                _published.Add((++_lastNumber, Timeout.Value));
            }

            Assert.Equal($"{_published[^1].Number}", (await house.PublishAsync(Name)).Version);
        }

        private async Task DeleteAsync()
        {
            if (Timeout is null)
            {
                await RefusedAsync("ResourceNotFoundException", () => house.DeleteAsync(Name));
                return;
            }

            Task settled = house.SettledAsync(Name);
            await house.DeleteAsync(Name);
            await settled;
            Timeout = null;
            _published.Clear();
        }

        private static async Task RefusedAsync(string code, Func<Task> change) =>
            Assert.Equal(code, (await Assert.ThrowsAsync<AwsError>(change)).Code);
    }
}

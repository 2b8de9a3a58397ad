using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionAliasTests : IAsyncDisposable
{
    private readonly FunctionsHouse _house = FunctionsHouse.Open();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task An_alias_resolves_to_its_version_and_follows_when_it_is_moved()
    {
        await _house.CreateTwoVersionsAsync("fn");
        FunctionAlias alias = await CreateAsync("live", "1");
        Assert.Equal("1", _house.Directory.Resolve(FunctionsHouse.Caller, "fn:live", null, out FunctionReference reference).Version);
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:function:fn:live", reference.ToString());

        FunctionAlias moved = await _house.Aliases.UpdateAsync(
            FunctionsHouse.Caller, new() { FunctionName = "fn", Name = "live", FunctionVersion = "2", RevisionId = alias.RevisionId }, CancellationToken.None);
        Assert.Equal("2", _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "live").Version);
        Assert.NotEqual(alias.RevisionId, moved.RevisionId);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public async Task Weights_route_within_the_bounds_of_chance(double weight)
    {
        const int Invocations = 5_000;
        await _house.CreateTwoVersionsAsync("fn");
        await CreateAsync("live", "1", ("2", weight));
        int second = Enumerable.Range(0, Invocations)
            .Count(_ => _house.Directory.ResolveInvocable(FunctionsHouse.Caller, "fn", "live").Version == "2");

        // Four standard deviations of a binomial distribution; the seed is fixed, so it holds for ever or never.
        double bound = 4 * Math.Sqrt(Invocations * weight * (1 - weight));
        Assert.InRange(second, (Invocations * weight) - bound, (Invocations * weight) + bound);
    }

    [Fact]
    public async Task A_version_that_an_alias_uses_cannot_be_deleted()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await CreateAsync("canary", "1", ("2", 0.2));
        await CreateAsync("live", "2");
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => DeleteVersionAsync("2"));
        Assert.Equal(("ResourceConflictException", "Unable to delete version because the following aliases reference it: [canary, live]"), (error.Code, error.Message));

        await DeleteAliasAsync("live");
        await DeleteAliasAsync("canary");
        await DeleteAliasAsync("canary");
        await DeleteVersionAsync("2");
        AwsError gone = Assert.Throws<AwsError>(() => _house.Directory.Resolve(FunctionsHouse.Caller, "fn", "2"));
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:2", gone.Message);
    }

    [Theory]
    [InlineData("10", null, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:10")]
    [InlineData("1", "10", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:10")]
    [InlineData("01", null, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn:01")]
    [InlineData("1", "1", "Invalid function version 1. Function version 1 is already included in routing configuration.")]
    [InlineData("$LATEST", "1", "$LATEST is not supported for an alias pointing to more than 1 version")]
    public async Task What_an_alias_cannot_name_is_refused_in_AWS_s_words(string version, string? second, string text)
    {
        await _house.CreateTwoVersionsAsync("fn");
        AwsError error = await Assert.ThrowsAsync<AwsError>(() => second is null ? CreateAsync("a", version) : CreateAsync("a", version, (second, 0.5)));
        Assert.Equal(text, error.Message);
        Assert.Empty(_house.Aliases.List(FunctionsHouse.Caller, "fn", null, null));
    }

    [Fact]
    public async Task Two_further_versions_a_taken_name_and_an_unknown_one_are_refused()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await CreateAsync("live", "1");
        Assert.Equal(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
            (await Assert.ThrowsAsync<AwsError>(() => CreateAsync("a", "1", ("2", 0.5), ("3", 0.1)))).Message);
        Assert.Equal(
            "Alias already exists: arn:aws:lambda:us-east-1:000000000000:function:fn:live",
            (await Assert.ThrowsAsync<AwsError>(() => CreateAsync("live", "1"))).Message);
        Assert.Equal(
            "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:fn:none",
            Assert.Throws<AwsError>(() => _house.Aliases.Get(FunctionsHouse.Caller, "fn", "none")).Message);
    }

    [Fact]
    public async Task Of_two_writers_who_saw_the_same_alias_one_wins()
    {
        await _house.CreateTwoVersionsAsync("fn");
        FunctionAlias alias = await CreateAsync("live", "1");
        Task<FunctionAlias>[] writers = [.. Enumerable.Range(0, 2).Select(n => Task.Run(() => _house.Aliases.UpdateAsync(
            FunctionsHouse.Caller,
            new() { FunctionName = "fn", Name = "live", Description = $"writer {n}", RevisionId = alias.RevisionId },
            CancellationToken.None)))];
        await Task.WhenAll(writers).ContinueWith(static _ => { }, TaskScheduler.Default);

        FunctionAlias winner = await Assert.Single(writers, static writer => writer.IsCompletedSuccessfully);
        Assert.Equal(winner, _house.Aliases.Get(FunctionsHouse.Caller, "fn", "live"));
    }

    [Fact]
    public async Task Aliases_are_listed_by_name_and_by_the_version_they_invoke()
    {
        await _house.CreateTwoVersionsAsync("fn");
        await CreateAsync("b", "1");
        await CreateAsync("a", "2");
        await CreateAsync("c", "2", ("1", 0.1));
        Assert.Equal(["a", "b", "c"], NamesOf(null, null));
        Assert.Equal(["b", "c"], NamesOf("1", null));
        Assert.Equal(["c"], NamesOf(null, "b"));
    }

    private IEnumerable<string> NamesOf(string? version, string? after) =>
        _house.Aliases.List(FunctionsHouse.Caller, "fn", version, after).Select(static alias => alias.Name);

    private Task<FunctionAlias> CreateAsync(string name, string version, params (string Version, double Weight)[] weights) => _house.Aliases.CreateAsync(
        FunctionsHouse.Caller,
        new()
        {
            FunctionName = "fn",
            Name = name,
            FunctionVersion = version,
            RoutingConfig = new AliasRoutingConfiguration
            {
                AdditionalVersionWeights = weights.ToDictionary(static pair => pair.Version, static pair => pair.Weight, StringComparer.Ordinal),
            },
        },
        CancellationToken.None);

    private Task DeleteAliasAsync(string name) => _house.Aliases.DeleteAsync(FunctionsHouse.Caller, "fn", name, CancellationToken.None);

    private Task DeleteVersionAsync(string version) => _house.Editor.DeleteAsync(FunctionsHouse.Caller, "fn", version, CancellationToken.None);
}

using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// A platform's day in short: many functions of mixed runtimes, sizes and layers, called as unevenly as functions are, some of them updated
/// meanwhile. When all of it is deleted, the server has no more processes, descriptors, mounts, cgroups and memory than before.
/// </summary>
[Collection(typeof(Alone))]
public sealed class FleetTests : ServerTests
{
    private const int Callers = 6;

    /// <summary>Connections of callers, and what the server opens when it needs more at once; a leak would have one for each function or start.</summary>
    private const int DescriptorAllowance = 32 + OpenLogs;

    /// <summary>Files of logs that may stay open, whosever they are.</summary>
    private const int OpenLogs = 64;

    /// <summary>What a runtime that has once served keeps: the garbage collector's heap, buffers of connections, compiled code.</summary>
    private const long MemoryAllowanceKiB = 160 * 1024;

    private static readonly string Bootstrap = BashRuntime.Of("", """answer="\"$AWS_LAMBDA_FUNCTION_NAME\"" """);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly int _functions = Soak.Number("LAMINA_FLEET_FUNCTIONS", 16);
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(Soak.Number("LAMINA_FLEET_SECONDS", 10));
    private readonly int _seed = Soak.Number("LAMINA_STORM_SEED", 20_26);
    private int _invocations;
    private int _updates;

    [Fact]
    public async Task A_fleet_that_was_called_updated_and_deleted_leaves_nothing()
    {
        using RawClient client = new(Endpoint);
        Traces traces = Traces.Note();

        // Once round first: what a server takes when it serves for the first time is no leak.
        await DeployAsync(client, 4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => InvokeAsync(client, number)));
        await DeleteAsync(client, 4);
        Left before = await SettleAsync(client, former: null);

        await DeployAsync(client, _functions);
        Stopwatch clock = Stopwatch.StartNew();
        await Task.WhenAll([.. Enumerable.Range(0, Callers).Select(caller => CallAsync(client, caller, clock)), UpdateAsync(client, clock)]);
        Assert.InRange(_invocations, _functions, int.MaxValue);
        Assert.InRange(_updates, 1, int.MaxValue);

        await DeleteAsync(client, _functions);
        Left after = await SettleAsync(client, before);
        TestContext.Current.TestOutputHelper?.WriteLine($"{_invocations} invocations, {_updates} updates; before {before}; after {after}");
        Assert.InRange(after.Descriptors, 0, before.Descriptors + DescriptorAllowance);
        Assert.InRange(after.Processes, 0, before.Processes);
        Assert.InRange(after.Cgroups, 0, before.Cgroups);
        Assert.InRange(after.ResidentKiB, 0, before.ResidentKiB + MemoryAllowanceKiB);
        Assert.DoesNotContain(" fail: ", Server.Errors, StringComparison.Ordinal);

        Assert.Equal(0, await Server.TerminateAsync());
        traces.AssertNothingNewOf(DataFolder);
    }

    private static async Task DeployAsync(RawClient client, int count)
    {
        ParallelOptions few = new() { MaxDegreeOfParallelism = 4 };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), few, async (number, _) =>
        {
            string[] layers = [];
            if (number % 3 != 0)
            {
                RawAnswer layer = await client.PublishLayerAsync($"fleet{number % 5}", LayerOf(number % 5));
                layers = [(string)layer.Json["LayerVersionArn"]!];
            }

            RawAnswer created = await client.SendAsync(HttpMethod.Post, "/2015-03-31/functions", RequestOf(number, layers).ToJsonString());
            Assert.True(created.IsSuccess, created.Body);
        });
    }

    private async Task CallAsync(RawClient client, int caller, Stopwatch clock)
    {
        Random random = new(_seed + caller);

        // A few are called all the time, most of them rarely: as the published traces have it. Each at least once.
        for (int call = 0; clock.Elapsed < _duration || call * Callers < _functions; call++)
        {
            int number = call * Callers < _functions ? ((call * Callers) + caller) % _functions : (int)(_functions * Math.Pow(random.NextDouble(), 3));
            await InvokeAsync(client, number);
        }
    }

    /// <summary>A quarter of them, evenly over the time.</summary>
    private async Task UpdateAsync(RawClient client, Stopwatch clock)
    {
        int updates = Math.Max(2, _functions / 4);
        for (int update = 0; update < updates; update++)
        {
            TimeSpan due = _duration * ((update + 1.0) / (updates + 1)) - clock.Elapsed;
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
            int number = update * 4 % _functions;
            RawAnswer answer = await client.SendAsync(HttpMethod.Put, $"/2015-03-31/functions/fleet{number}/code", new JsonObject
            {
                ["ZipFile"] = Convert.ToBase64String(CodeOf(number, update + 1)),
            }.ToJsonString());
            Assert.True(answer.IsSuccess, answer.Body);
            _updates++;
        }
    }

    private async Task InvokeAsync(RawClient client, int number)
    {
        RawAnswer answer = await client.InvokeAsync($"fleet{number}", """{"a":1}""");
        while (answer.Status == HttpStatusCode.Conflict)
        {
            // It is being created or updated.
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            answer = await client.InvokeAsync($"fleet{number}", """{"a":1}""");
        }

        Assert.True(answer.IsSuccess && answer.Body.Contains($"fleet{number}", StringComparison.Ordinal), $"fleet{number}: {answer.Body}");
        Interlocked.Increment(ref _invocations);
    }

    private static async Task DeleteAsync(RawClient client, int count)
    {
        for (int number = 0; number < count; number++)
        {
            Assert.True((await client.SendAsync(HttpMethod.Delete, $"/2015-03-31/functions/fleet{number}", string.Empty)).IsSuccess);
        }
    }

    private static JsonObject RequestOf(int number, string[] layers) => new()
    {
        ["FunctionName"] = $"fleet{number}",
        ["Runtime"] = (number % 4) switch { 0 => "python3.11", 1 => "nodejs20.x", 2 => "python3.11", _ => "provided.al2023" },
        ["Handler"] = "index.handler",
        ["Role"] = LambdaClientStories.Role,
        ["Timeout"] = 60,
        ["MemorySize"] = 128 << (number % 3),
        ["Layers"] = new JsonArray([.. layers.Select(static layer => JsonValue.Create(layer))]),
        ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(CodeOf(number, 0)) },
    };

    private static byte[] LayerOf(int number) => new Archive()
        .File($"python/fleet_layer{number}.py", "import time\ntime.sleep(0.03)\nNAME = 'layer'\n")
        .File($"nodejs/node_modules/fleet-layer{number}/index.js", "module.exports = 'layer';\n")
        .File($"share/data{number}", new byte[number * 200_000])
        .ToArray();

    private static byte[] CodeOf(int number, int edit)
    {
        string import = number % 3 == 0 ? "" : $"import fleet_layer{number % 5}\n";
        return (number % 4) switch
        {
            1 => Archive.Of("index.js", $"exports.handler = async () => process.env.AWS_LAMBDA_FUNCTION_NAME; // {edit}\n"),
            3 => new Archive().File("bootstrap", $"{Bootstrap}\n# {edit}\n", mode: 0x1ED).ToArray(),
            _ => Archive.Of("index.py", $"import os\n{import}def handler(event, context): return os.environ['AWS_LAMBDA_FUNCTION_NAME'] # {edit}\n"),
        };
    }

    /// <summary>What there is when what ends has ended: environments end behind the answers, sandboxes in advance come and go for a moment.</summary>
    private async Task<Left> SettleAsync(RawClient client, Left? former)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        Left left = Left.Of(Server), last;
        do
        {
            last = left;
            await Task.Delay(Look, CancellationToken.None);
            left = Left.Of(Server);
        }
        while (!limit.IsCancellationRequested && !(left.Processes == last.Processes && left.IsNoMoreThan(former ?? left) && await IsFullAsync(client)));
        return left;
    }

    /// <summary>All sandboxes in advance are there: how long one takes to make depends on what else the machine does.</summary>
    private static async Task<bool> IsFullAsync(RawClient client)
    {
        RawAnswer shells = await client.SendAsync(HttpMethod.Get, "/_lamina/shells", string.Empty);
        return shells.Json["kinds"]!.AsArray().All(static kind => (int)kind!["missing"]! == 0);
    }

    /// <param name="Descriptors">Of the server.</param>
    /// <param name="Processes">Below the server.</param>
    /// <param name="Cgroups">Of sandboxes.</param>
    private sealed record Left(int Descriptors, int Processes, int Cgroups, long ResidentKiB)
    {
        public bool IsNoMoreThan(Left other) =>
            Processes <= other.Processes && Cgroups <= other.Cgroups && Descriptors <= other.Descriptors + DescriptorAllowance;

        public static Left Of(LaminaServer server)
        {
            List<int> below = [.. Below(server.ProcessId)];
            int jail = below.Count > 0 ? below[0] : server.ProcessId;
            string name = File.ReadAllText($"/proc/{jail}/cmdline").TrimEnd('\0');
            name = $"lamina-{name[(name.LastIndexOf('\0') + 1)..]}";
            return new Left(
                Directory.GetFileSystemEntries($"/proc/{server.ProcessId}/fd").Length,
                below.Count,
                Directory.Exists("/sys/fs/cgroup") ? CountCgroups(name) : 0,
                server.ResidentKiB());
        }

        private static int CountCgroups(string name) => Directory
            .EnumerateDirectories("/sys/fs/cgroup", name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
            .Sum(static folder => Directory.GetDirectories(folder).Length);

        private static string ReadOrEmpty(string path)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (IOException)
            {
                // It ended meanwhile.
                return "";
            }
        }

        private static IEnumerable<int> Below(int process)
        {
            foreach (string task in Directory.GetDirectories($"/proc/{process}/task"))
            {
                foreach (string child in ReadOrEmpty(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    int id = int.Parse(child, System.Globalization.CultureInfo.InvariantCulture);
                    yield return id;
                    foreach (int below in Exists(id) ? Below(id).ToArray() : [])
                    {
                        yield return below;
                    }
                }
            }
        }

        private static bool Exists(int process) => Directory.Exists($"/proc/{process}/task");
    }
}

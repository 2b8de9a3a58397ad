using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>kill -9 at the worst moment.</summary>
public sealed class CrashTests : ServerTests
{
    [Fact]
    public async Task What_was_acknowledged_survives_and_nothing_half_made_is_seen()
    {
        ConcurrentDictionary<string, byte[]> layers = [];
        ConcurrentDictionary<string, byte[]> functions = [];
        using (RawClient raw = new(Endpoint))
        {
            Task[] writers = [.. Enumerable.Range(0, 100).Select(n => n % 2 == 0
                ? WriteAsync(layers, $"layer{n}", zip => raw.PublishLayerAsync($"layer{n}", zip))
                : WriteAsync(functions, $"fn{n}", zip => raw.CreateFunctionAsync($"fn{n}", zip)))];
            await Task.WhenAny(Task.WhenAll(writers), AcknowledgedAsync(writers, 30));
            await Server.KillAsync();
            await Task.WhenAll(writers);
        }

        await RestartAsync(kill: true);
        using RawClient later = new(Endpoint);
        Assert.True(layers.Count + functions.Count >= 30);
        await AssertAllThereAsync(later, layers, "2018-10-31/layers", static (name, root) => $"/2018-10-31/layers/{name}/versions/1", "Content");
        await AssertAllThereAsync(later, functions, "2015-03-31/functions", static (name, root) => $"/2015-03-31/functions/{name}", "Code");
        await AssertEveryFunctionRunsAsync(later);
    }

    [Fact]
    public async Task An_accepted_event_runs_although_the_server_is_killed()
    {
        await using (ILambdaClient client = ClientTools.ConnectAny(Endpoint))
        {
            await client.CreateProbeAsync("fn");
            // Busy with one, so that the accepted event is still waiting or under way when the server dies.
            Task<ClientAnswer> accepted = client.InvokeAsync("fn", Probe.Event("import time; time.sleep(1)\n" + Probe.PublishLayer("made-by-event")), "Event");
            Assert.Equal(202, (int)(await accepted).Success["StatusCode"]!);
        }

        await RestartAsync(kill: true);
        await using ILambdaClient later = ClientTools.ConnectAny(Endpoint);
        await later.WaitUntilLayerAsync("made-by-event");
    }

    [Fact]
    public async Task Nothing_of_sandboxes_is_left_after_a_kill_and_a_new_start()
    {
        Traces before = Traces.Note();
        await using (ILambdaClient client = ClientTools.ConnectAny(Endpoint))
        {
            string layer = await client.PublishLayerAsync("layer", Archive.Of("who", "layer"));
            await client.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray(layer) });
            _ = await client.RunAsync("fn", "import subprocess; subprocess.Popen(['sleep', '600'])");
        }

        await RestartAsync(kill: true);
        Assert.Equal(0, await Server.TerminateAsync());
        before.AssertNothingNewOf(DataFolder);
    }

    private static async Task WriteAsync(ConcurrentDictionary<string, byte[]> acknowledged, string name, Func<byte[], Task<RawAnswer>> send)
    {
        byte[] zip = new Archive()
            .File("index.py", $"def handler(event, context): return '{name}'")
            .File("ballast", Ballast(name))
            .ToArray();
        try
        {
            RawAnswer answer = await send(zip);
            Assert.True(answer.IsSuccess, answer.Body);
            acknowledged[name] = zip;
        }
        catch (HttpRequestException)
        {
            // The server died under this request: it may or may not have been stored.
        }
    }

    /// <summary>Incompressible and different for each, so that storing takes a moment.</summary>
    private static byte[] Ballast(string name)
    {
        byte[] bytes = new byte[100_000];
        new Random(name.GetHashCode(StringComparison.Ordinal)).NextBytes(bytes);
        return bytes;
    }

    private static async Task AcknowledgedAsync(Task[] writers, int count)
    {
        HashSet<Task> open = [.. writers];
        while (writers.Length - open.Count < count)
        {
            open.Remove(await Task.WhenAny(open));
        }
    }

    private static async Task AssertAllThereAsync(
        RawClient raw, ConcurrentDictionary<string, byte[]> acknowledged, string root, Func<string, string, string> pathOf, string member)
    {
        foreach ((string name, byte[] zip) in acknowledged)
        {
            RawAnswer answer = await raw.SendAsync(HttpMethod.Get, pathOf(name, root), string.Empty);
            Assert.True(answer.IsSuccess, $"{name}: {answer.Body}");
            Assert.Equal(zip, await raw.DownloadAsync(new Uri((string)answer.Json[member]!["Location"]!)));
        }
    }

    /// <summary>Every function that is listed, acknowledged or not, is whole: it becomes active and answers its own name.</summary>
    private async Task AssertEveryFunctionRunsAsync(RawClient raw)
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        RawAnswer listed = await raw.SendAsync(HttpMethod.Get, "/2015-03-31/functions/?MaxItems=50", string.Empty);
        string[] names = [.. listed.Json["Functions"]!.AsArray().Select(static function => (string)function!["FunctionName"]!)];
        Assert.NotEmpty(names);
        foreach (string name in names)
        {
            await client.WaitUntilActiveAsync(name);
            Assert.Equal($"\"{name}\"", (await raw.InvokeAsync(name, "{}")).Body);
        }
    }
}

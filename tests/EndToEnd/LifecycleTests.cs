using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The server's own life, and how invocations share it.</summary>
public sealed class LifecycleTests : ServerTests
{
    [Fact]
    public async Task A_polite_stop_lets_the_running_invocation_end()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await client.CreateProbeAsync("fn");
        using RawClient raw = new(Endpoint);
        _ = await client.RunAsync("fn", "result = 'warm'");
        Task<RawAnswer> running = raw.InvokeAsync("fn", Probe.Event("""
            import os, time
            open('/tmp/started', 'w').close()
            time.sleep(2)
            result = 'ended'
            """));
        // Accepted after the first one, so that one is under way when the second is answered.
        Assert.Equal(2, (int)(await client.RunAsync("fn", "result = 2"))!);

        Assert.Equal(0, await Server.TerminateAsync());
        Assert.Equal("\"ended\"", (await running).Body);
        await RestartAsync(kill: true);
    }

    [Fact]
    public async Task A_second_server_on_one_data_folder_is_refused()
    {
        (int exitCode, string errors) = await LaminaServer.StartRefusedAsync(DataFolder);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(DataFolder, errors, StringComparison.Ordinal);
        using RawClient raw = new(Endpoint);
        Assert.True((await raw.SendAsync(HttpMethod.Get, "/_lamina/health", string.Empty)).IsSuccess);
        Assert.True((await raw.SendAsync(HttpMethod.Get, "/_localstack/health", string.Empty)).IsSuccess);
    }

    [Fact]
    public async Task Concurrent_invocations_run_in_environments_of_their_own()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await client.CreateProbeAsync("fn");
        using RawClient raw = new(Endpoint);
        const string Meet = """
            import time
            time.sleep(1)
            result = context.log_stream_name
            """;
        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => raw.InvokeAsync("fn", Probe.Event(Meet))));
        Assert.Equal(8, answers.Select(static answer => answer.Body).Distinct().Count());
        Assert.All(answers, static answer => Assert.True(answer.IsSuccess, answer.Body));
    }

    [Fact]
    public async Task A_warm_environment_is_used_again_and_an_update_replaces_it()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await client.CreateProbeAsync("fn");
        const string Count = "import builtins; builtins.count = getattr(builtins, 'count', 0) + 1; result = builtins.count";
        Assert.Equal(1, (int)(await client.RunAsync("fn", Count))!);
        Assert.Equal(2, (int)(await client.RunAsync("fn", Count))!);

        _ = (await client.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = "fn",
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["NEW"] = "value" } },
        })).Success;
        await client.WaitUntilUpdatedAsync("fn");
        Assert.Equal("""[1,"value"]""", (await client.RunAsync("fn", Count + "\nimport os; result = [result, os.environ['NEW']]"))!.ToJsonString());
    }

    [Fact]
    public async Task A_timeout_is_answered_as_Lambda_does_and_the_next_invocation_starts_anew()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await client.CreateProbeAsync("fn", new JsonObject { ["Timeout"] = 1 });
        ClientAnswer answer = await client.InvokeAsync("fn", Probe.Event("import time; time.sleep(30)"));
        JsonObject error = JsonNode.Parse(answer.Payload)!.AsObject();
        Assert.Equal(("Unhandled", "Sandbox.Timedout"), (answer.FunctionError, (string?)error["errorType"]));
        Assert.Matches(@"^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$", (string)error["errorMessage"]!);
        Assert.Equal("again", (string?)await client.RunAsync("fn", "result = 'again'"));
    }

    [Fact]
    public async Task Everything_is_there_after_an_ordinary_restart()
    {
        await using (ILambdaClient client = ClientTools.ConnectAny(Endpoint))
        {
            string layer = await client.PublishLayerAsync("layer", Archive.Of("who", "layer"));
            await client.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray(layer) });
        }

        await RestartAsync(kill: false);
        await using ILambdaClient later = ClientTools.ConnectAny(Endpoint);
        Assert.Equal("layer", (string?)await later.RunAsync("fn", "result = open('/opt/who').read()"));
        Assert.EndsWith(":layer:layer:2", await later.PublishLayerAsync("layer", Archive.Of("who", "next")), StringComparison.Ordinal);
    }
}

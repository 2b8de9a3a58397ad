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
        Task<RawAnswer> running = raw.InvokeAsync("fn", Probe.Event(Probe.PublishLayer("started") + "import time; time.sleep(2); result = 'ended'"));
        await client.WaitUntilLayerAsync("started");

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

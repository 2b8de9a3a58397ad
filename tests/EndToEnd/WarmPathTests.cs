using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>How a function starts, and what an invocation may cost once it has: in what can be counted on any machine.</summary>
[Collection(typeof(Alone))]
public sealed class WarmPathTests : IAsyncLifetime
{
    /// <summary>
    /// Bytes allocated by the server for one invocation, over three requests: the caller's, and the runtime's two. Whoever raises it says
    /// here what for.
    /// </summary>
    private const long BudgetBytes = 12_000;

    private const int Invocations = 2_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-warm-").FullName;
    private LaminaServer? _server;

    public async ValueTask InitializeAsync() => _server = await LaminaServer.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_invocation_stays_within_its_allocation_budget()
    {
        await using ILambdaClient creator = ClientTools.ConnectAny(_server!.Endpoint);
        _ = (await creator.CreateFunctionAsync("warm", Archive.Of("index.py", "def handler(event, context):\n    return event\n"))).Success;
        await creator.WaitUntilActiveAsync("warm");
        using RawClient client = new(_server.Endpoint);
        await InvokeAsync(client, 300);

        long before = await AllocatedAsync(client);
        await InvokeAsync(client, Invocations);
        long each = (await AllocatedAsync(client) - before) / Invocations;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes an invocation");
        Assert.InRange(each, 1, BudgetBytes);
    }

    /// <summary>Where nothing can be put into a waiting sandbox, as for an ordinary user, or nothing waits, every start is exact and says so.</summary>
    [Theory]
    [InlineData("LEVEL", "interpreter", "python")]
    [InlineData("PYTHONHASHSEED", "sandbox", "PYTHONHASHSEED")]
    public async Task A_function_shows_in_what_it_starts_and_why(string variable, string path, string why)
    {
        using RawClient client = new(_server!.Endpoint);
        JsonNode shells = JsonNode.Parse((await client.SendAsync(HttpMethod.Get, "/_lamina/shells", "")).Body)!;
        await using ILambdaClient creator = ClientTools.ConnectAny(_server.Endpoint);
        await creator.CreateProbeAsync(
            "shown", new JsonObject { ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { [variable] = "1" } } });

        (int exitCode, string text) = await LaminaCommand.RunAsync(_server.Endpoint, "function", "show", "shown", "--json");
        Assert.True(exitCode == 0, text);
        JsonNode start = JsonNode.Parse(text)!["Start"]!;
        bool inAdvance = (long)shells["limitBytes"]! > 0;
        Assert.Equal(inAdvance ? path : "exact", (string?)start["Path"]);
        Assert.Matches(inAdvance ? why : "cgroup|--shell-memory", (string?)start["Why"]);
    }

    private static async Task InvokeAsync(RawClient client, int times)
    {
        for (int n = 0; n < times; n++)
        {
            RawAnswer answer = await client.InvokeAsync("warm", """{"key":"value"}""");
            Assert.Equal((HttpStatusCode.OK, """{"key": "value"}"""), (answer.Status, answer.Body));
        }
    }

    private static async Task<long> AllocatedAsync(RawClient client) =>
        (long)JsonNode.Parse((await client.SendAsync(HttpMethod.Get, "/_lamina/process", "")).Body)!["allocatedBytes"]!;
}

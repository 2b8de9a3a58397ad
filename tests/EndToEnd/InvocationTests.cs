using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>How invocations share environments and how they end.</summary>
public sealed class InvocationTests(SharedServer shared) : SharedServerTests(shared)
{
    [Fact]
    public async Task Concurrent_invocations_run_in_environments_of_their_own()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("fn"));
        using RawClient raw = new(Server.Endpoint);

        // Nobody is done before the last has begun: ten seconds are enough for that on a machine that has much else to do.
        string meet = $"""
            import time
            time.sleep(max(0, {DateTimeOffset.UtcNow.AddSeconds(10).ToUnixTimeSeconds()} - time.time()))
            result = context.log_stream_name
            """;
        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => raw.InvokeAsync(Own("fn"), Probe.Event(meet))));
        Assert.Equal(8, answers.Select(static answer => answer.Body).Distinct().Count());
        Assert.All(answers, static answer => Assert.True(answer.IsSuccess, answer.Body));
    }

    [Fact]
    public async Task A_warm_environment_is_used_again_and_an_update_replaces_it()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("fn"));
        const string Count = "import builtins; builtins.count = getattr(builtins, 'count', 0) + 1; result = builtins.count";
        Assert.Equal(1, (int)(await client.RunAsync(Own("fn"), Count))!);
        Assert.Equal(2, (int)(await client.RunAsync(Own("fn"), Count))!);

        _ = (await client.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["NEW"] = "value" } },
        })).Success;
        await client.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal("""[1,"value"]""", (await client.RunAsync(Own("fn"), Count + "\nimport os; result = [result, os.environ['NEW']]"))!.ToJsonString());
    }

    [Fact]
    public async Task A_timeout_is_answered_as_Lambda_does_and_the_next_invocation_starts_anew()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("fn"), new JsonObject { ["Timeout"] = 1 });
        ClientAnswer answer = await client.InvokeAsync(Own("fn"), Probe.Event("import time; time.sleep(30)"));
        JsonObject error = JsonNode.Parse(answer.Payload)!.AsObject();
        Assert.Equal(("Unhandled", "Sandbox.Timedout"), (answer.FunctionError, (string?)error["errorType"]));
        Assert.Matches(@"^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$", (string)error["errorMessage"]!);
        Assert.Equal("again", (string?)await client.RunAsync(Own("fn"), "result = 'again'"));
    }
}

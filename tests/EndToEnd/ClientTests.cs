using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The main job through each of AWS's clients.</summary>
public sealed class ClientTests : ServerTests
{
    public static TheoryData<string> Clients => ClientTools.Clients;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_two_overlapping_layers_show_is_decided_by_their_order(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        string first = await client.PublishLayerAsync("first", new Archive().File("shared/who", "first").File("shared/one", "1").ToArray());
        string second = await client.PublishLayerAsync("second", new Archive().File("shared/who", "second").File("shared/two", "2").ToArray());
        await client.CreateProbeAsync("first-second", new JsonObject { ["Layers"] = new JsonArray(first, second) });
        await client.CreateProbeAsync("second-first", new JsonObject { ["Layers"] = new JsonArray(second, first) });

        const string Look = "import os; result = [open('/opt/shared/who').read(), sorted(os.listdir('/opt/shared'))]";
        Assert.Equal("""["second",["one","two","who"]]""", (await client.RunAsync("first-second", Look))!.ToJsonString());
        Assert.Equal("""["first",["one","two","who"]]""", (await client.RunAsync("second-first", Look))!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Turning_the_layers_round_turns_what_the_function_sees(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        string first = await client.PublishLayerAsync("first", Archive.Of("who", "first"));
        string second = await client.PublishLayerAsync("second", Archive.Of("who", "second"));
        await client.CreateProbeAsync("fn", new JsonObject { ["Layers"] = new JsonArray(first, second) });
        const string Look = "result = open('/opt/who').read()";
        Assert.Equal("second", (string?)await client.RunAsync("fn", Look));

        _ = (await client.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = "fn",
            ["Layers"] = new JsonArray(second, first),
        })).Success;
        await client.WaitUntilUpdatedAsync("fn");
        Assert.Equal("first", (string?)await client.RunAsync("fn", Look));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Errors_arrive_as_the_clients_own_exceptions(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        ClientAnswer missing = await client.InvokeAsync("none", "{}");
        Assert.Equal("ResourceNotFoundException", missing.Error);
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST", missing.Message);

        _ = (await client.CreateFunctionAsync("fn", Probe.Code)).Success;
        ClientAnswer twice = await client.CreateFunctionAsync("fn", Probe.Code);
        Assert.Equal(("ResourceConflictException", "Function already exist: fn"), (twice.Error, twice.Message));

        ClientAnswer deprecated = await client.CreateFunctionAsync("other", Probe.Code, new JsonObject { ["Runtime"] = "go1.x" });
        Assert.Equal("InvalidParameterValueException", deprecated.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_failing_handler_and_its_log_tail_arrive(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        await client.CreateProbeAsync("fn");
        ClientAnswer answer = await client.InvokeAsync("fn", Probe.Event("print('about to fail'); raise ValueError('no luck')"));

        Assert.Equal("Unhandled", answer.FunctionError);
        JsonObject error = JsonNode.Parse(answer.Payload)!.AsObject();
        Assert.Equal(("ValueError", "no luck"), ((string?)error["errorType"], (string?)error["errorMessage"]));
        Assert.Contains("about to fail", answer.LogTail, StringComparison.Ordinal);
        Assert.Matches(@"START RequestId: [0-9a-f-]{36} Version: \$LATEST", answer.LogTail);
        Assert.Matches(@"REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB", answer.LogTail);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_function_lives_from_create_to_delete(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        JsonObject named = new() { ["FunctionName"] = "fn" };
        JsonObject created = (await client.CreateFunctionAsync("fn", Probe.Code)).Success;
        Assert.Equal(("Pending", "Creating"), ((string?)created["State"], (string?)created["StateReasonCode"]));
        await client.WaitUntilActiveAsync("fn");

        _ = (await client.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = "fn",
            ["ZipFile"] = Convert.ToBase64String(Archive.Of("index.py", "def handler(event, context): return 'new'")),
        })).Success;
        await client.WaitUntilUpdatedAsync("fn");
        Assert.Equal("\"new\"", (await client.InvokeAsync("fn", "{}")).Payload);

        JsonObject got = (await client.CallAsync("GetFunction", named)).Success;
        Assert.Equal(("Active", "Successful"), ((string?)got["Configuration"]!["State"], (string?)got["Configuration"]!["LastUpdateStatus"]));
        Assert.Single((await client.CallAsync("ListFunctions", [])).Success["Functions"]!.AsArray());
        _ = (await client.CallAsync("DeleteFunction", named)).Success;
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("GetFunctionConfiguration", named)).Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Dry_runs_and_events_are_answered_without_a_payload(string clientName)
    {
        await using ILambdaClient client = ClientTools.Connect(clientName, Endpoint);
        await client.CreateProbeAsync("fn");
        ClientAnswer dry = await client.InvokeAsync("fn", "{}", "DryRun");
        ClientAnswer asynchronous = await client.InvokeAsync("fn", Probe.Event("result = 1"), "Event");
        Assert.Equal((204, string.Empty), ((int)dry.Success["StatusCode"]!, dry.Payload));
        Assert.Equal((202, string.Empty), ((int)asynchronous.Success["StatusCode"]!, asynchronous.Payload));
    }
}

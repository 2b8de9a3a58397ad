using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The main job through each of AWS's clients.</summary>
public sealed class ClientTests(SharedServer shared) : SharedServerTests(shared)
{
    public static TheoryData<string> Clients => ClientTools.Clients;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_two_overlapping_layers_show_is_decided_by_their_order(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        string first = await client.PublishLayerAsync(Own("first"), new Archive().File("shared/who", "first").File("shared/one", "1").ToArray());
        string second = await client.PublishLayerAsync(Own("second"), new Archive().File("shared/who", "second").File("shared/two", "2").ToArray());
        await client.CreateProbeAsync(Own("first-second"), new JsonObject { ["Layers"] = new JsonArray(first, second) });
        await client.CreateProbeAsync(Own("second-first"), new JsonObject { ["Layers"] = new JsonArray(second, first) });

        const string Look = "import os; result = [open('/opt/shared/who').read(), sorted(os.listdir('/opt/shared'))]";
        Assert.Equal("""["second",["one","two","who"]]""", (await client.RunAsync(Own("first-second"), Look))!.ToJsonString());
        Assert.Equal("""["first",["one","two","who"]]""", (await client.RunAsync(Own("second-first"), Look))!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Turning_the_layers_round_turns_what_the_function_sees(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        string first = await client.PublishLayerAsync(Own("first"), Archive.Of("who", "first"));
        string second = await client.PublishLayerAsync(Own("second"), Archive.Of("who", "second"));
        await client.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = new JsonArray(first, second) });
        const string Look = "result = open('/opt/who').read()";
        Assert.Equal("second", (string?)await client.RunAsync(Own("fn"), Look));

        _ = (await client.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Layers"] = new JsonArray(second, first),
        })).Success;
        await client.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal("first", (string?)await client.RunAsync(Own("fn"), Look));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Errors_arrive_as_the_clients_own_exceptions(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        ClientAnswer missing = await client.InvokeAsync("none", "{}");
        Assert.Equal("ResourceNotFoundException", missing.Error);
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST", missing.Message);

        _ = (await client.CreateFunctionAsync(Own("fn"), Probe.Code)).Success;
        ClientAnswer twice = await client.CreateFunctionAsync(Own("fn"), Probe.Code);
        Assert.Equal(("ResourceConflictException", $"Function already exist: {Own("fn")}"), (twice.Error, twice.Message));

        ClientAnswer deprecated = await client.CreateFunctionAsync(Own("other"), Probe.Code, new JsonObject { ["Runtime"] = "go1.x" });
        Assert.Equal("InvalidParameterValueException", deprecated.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_failing_handler_and_its_log_tail_arrive(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        ClientAnswer answer = await client.InvokeAsync(Own("fn"), Probe.Event("print('about to fail'); raise ValueError('no luck')"));

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
        ILambdaClient client = Connect(clientName);
        JsonObject named = new() { ["FunctionName"] = Own("fn") };
        JsonObject created = (await client.CreateFunctionAsync(Own("fn"), Probe.Code)).Success;
        Assert.Equal(("Pending", "Creating"), ((string?)created["State"], (string?)created["StateReasonCode"]));
        await client.WaitUntilActiveAsync(Own("fn"));

        _ = (await client.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["ZipFile"] = Convert.ToBase64String(Archive.Of("index.py", "def handler(event, context): return 'new'")),
        })).Success;
        await client.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal("\"new\"", (await client.InvokeAsync(Own("fn"), "{}")).Payload);

        JsonObject got = (await client.CallAsync("GetFunction", named)).Success;
        Assert.Equal(("Active", "Successful"), ((string?)got["Configuration"]!["State"], (string?)got["Configuration"]!["LastUpdateStatus"]));
        Assert.NotEmpty((await client.CallAsync("ListFunctions", [])).Success["Functions"]!.AsArray());
        _ = (await client.CallAsync("DeleteFunction", named)).Success;
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("GetFunctionConfiguration", named)).Error);
    }

    [Theory]
    [InlineData("boto3")]
    [InlineData("javascript")]
    public async Task An_update_right_behind_another_one_is_refused_and_one_that_waits_is_not(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        JsonObject update = new() { ["FunctionName"] = Own("fn"), ["Timeout"] = 4 };
        ClientAnswer second;
        do
        {
            // A machine that needs a second between two requests waits for the end of the first without wanting to.
            await client.WaitUntilUpdatedAsync(Own("fn"));
            _ = (await client.CallAsync("UpdateFunctionConfiguration", update)).Success;
            second = await client.CallAsync("UpdateFunctionConfiguration", update);
        }
        while (second.Error is null);

        Assert.Equal("ResourceConflictException", second.Error);
        Assert.StartsWith(
            "The operation cannot be performed at this time. An update is in progress for resource: arn:", second.Message, StringComparison.Ordinal);
        await client.WaitUntilUpdatedAsync(Own("fn"));
        _ = (await client.CallAsync("UpdateFunctionConfiguration", update)).Success;
    }

    [Fact]
    public async Task The_old_asynchronous_operation_takes_an_event_too()
    {
        ILambdaClient client = AnyClient;
        await client.CreateProbeAsync(Own("fn"));
        ClientAnswer taken = await client.CallAsync("InvokeAsync", new JsonObject
        {
            ["FunctionName"] = Own("fn"), ["InvokeArgs"] = Convert.ToBase64String("{}"u8),
        });
        Assert.Equal(202, (int)taken.Success["Status"]!);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_layer_is_found_by_name_by_number_and_by_ARN(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        string first = await client.PublishLayerAsync(Own("layer"), Archive.Of("a.txt", "1"));
        string second = await client.PublishLayerAsync(Own("layer"), Archive.Of("a.txt", "2"));

        JsonObject byArn = (await client.CallAsync("GetLayerVersionByArn", new JsonObject { ["Arn"] = first })).Success;
        JsonObject byNumber = (await client.CallAsync("GetLayerVersion", new JsonObject { ["LayerName"] = Own("layer"), ["VersionNumber"] = 1 })).Success;
        Assert.Equal((string?)byNumber["Content"]!["CodeSha256"], (string?)byArn["Content"]!["CodeSha256"]);
        JsonArray versions = (await client.CallAsync("ListLayerVersions", new JsonObject { ["LayerName"] = Own("layer") })).Success["LayerVersions"]!.AsArray();
        Assert.Equal([second, first], versions.Select(static version => (string?)version!["LayerVersionArn"]));
        JsonArray layers = (await client.CallAsync("ListLayers", [])).Success["Layers"]!.AsArray();
        Assert.Equal(second, (string?)layers.Single(layer => (string?)layer!["LayerName"] == Own("layer"))!["LatestMatchingVersion"]!["LayerVersionArn"]);
        _ = (await client.CallAsync("DeleteLayerVersion", new JsonObject { ["LayerName"] = Own("layer"), ["VersionNumber"] = 2 })).Success;
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("GetLayerVersionByArn", new JsonObject { ["Arn"] = second })).Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Dry_runs_and_events_are_answered_without_a_payload(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        await client.CreateProbeAsync(Own("fn"));
        ClientAnswer dry = await client.InvokeAsync(Own("fn"), "{}", "DryRun");
        ClientAnswer asynchronous = await client.InvokeAsync(Own("fn"), Probe.Event("result = 1"), "Event");
        Assert.Equal((204, string.Empty), ((int)dry.Success["StatusCode"]!, dry.Payload));
        Assert.Equal((202, string.Empty), ((int)asynchronous.Success["StatusCode"]!, asynchronous.Payload));
    }
}

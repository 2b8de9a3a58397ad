using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What stands beside a function, through each of AWS's clients.</summary>
public sealed class SettingsTests(SharedServer shared) : SharedServerTests(shared)
{
    public static TheoryData<string> Clients => ClientTools.Clients;

    private string Arn => $"arn:aws:lambda:us-east-1:000000000000:function:{Own("fn")}";

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Tags_are_added_listed_and_removed(string clientName)
    {
        ILambdaClient client = await WithFunctionAsync(clientName);
        await CallAsync(client, "TagResource", $$$"""{"Resource": "{{{Arn}}}", "Tags": {"a": "1", "b": "2"}}""");
        await CallAsync(client, "UntagResource", $$"""{"Resource": "{{Arn}}", "TagKeys": ["a", "absent"]}""");
        JsonObject listed = await CallAsync(client, "ListTags", $$"""{"Resource": "{{Arn}}"}""");
        Assert.Equal("""{"b":"2"}""", listed["Tags"]!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Event_invoke_configs_are_put_updated_listed_and_deleted(string clientName)
    {
        ILambdaClient client = await WithFunctionAsync(clientName);
        await CallAsync(client, "PutFunctionEventInvokeConfig", $$"""{"FunctionName": "{{Own("fn")}}", "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}""");
        await CallAsync(client, "UpdateFunctionEventInvokeConfig", $$"""{"FunctionName": "{{Own("fn")}}", "MaximumRetryAttempts": 0}""");
        JsonObject got = await CallAsync(client, "GetFunctionEventInvokeConfig", Named());
        Assert.Equal((0, 60, Arn + ":$LATEST"), ((int)got["MaximumRetryAttempts"]!, (int)got["MaximumEventAgeInSeconds"]!, (string)got["FunctionArn"]!));
        Assert.Single((await CallAsync(client, "ListFunctionEventInvokeConfigs", Named()))["FunctionEventInvokeConfigs"]!.AsArray());

        await CallAsync(client, "DeleteFunctionEventInvokeConfig", Named());
        ClientAnswer gone = await client.CallAsync("GetFunctionEventInvokeConfig", Parameters(Named()));
        Assert.Equal($"The function {Arn}:$LATEST doesn't have an EventInvokeConfig", gone.Message);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Event_source_mappings_live_from_create_to_delete(string clientName)
    {
        ILambdaClient client = await WithFunctionAsync(clientName);
        string queue = $"arn:aws:sqs:us-east-1:000000000000:{Own("queue")}";
        JsonObject created = await CallAsync(client, "CreateEventSourceMapping", $$"""{"FunctionName": "{{Own("fn")}}", "EventSourceArn": "{{queue}}"}""");
        string named = $$"""{"UUID": "{{created["UUID"]}}"}""";
        Assert.Equal("Creating", (string?)created["State"]);
        Assert.Equal("Enabled", (string?)(await CallAsync(client, "GetEventSourceMapping", named))["State"]);
        JsonObject updated = await CallAsync(client, "UpdateEventSourceMapping", $$"""{"UUID": "{{created["UUID"]}}", "Enabled": false, "BatchSize": 3}""");
        Assert.Equal(("Disabling", 3), ((string?)updated["State"], (int)updated["BatchSize"]!));
        JsonObject listed = await CallAsync(client, "ListEventSourceMappings", $$"""{"EventSourceArn": "{{queue}}"}""");
        Assert.Equal("Disabled", (string?)Assert.Single(listed["EventSourceMappings"]!.AsArray())!["State"]);
        Assert.Equal("Deleting", (string?)(await CallAsync(client, "DeleteEventSourceMapping", named))["State"]);
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("GetEventSourceMapping", Parameters(named))).Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Code_signing_configs_are_kept_attached_and_enforced(string clientName)
    {
        ILambdaClient client = await WithFunctionAsync(clientName);
        JsonObject created = await CallAsync(client, "CreateCodeSigningConfig", """{"AllowedPublishers": {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/test"]}}""");
        string arn = (string)created["CodeSigningConfig"]!["CodeSigningConfigArn"]!;
        string named = $$"""{"CodeSigningConfigArn": "{{arn}}"}""";
        await CallAsync(client, "UpdateCodeSigningConfig", $$$"""{"CodeSigningConfigArn": "{{{arn}}}", "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Enforce"}}""");
        JsonObject got = await CallAsync(client, "GetCodeSigningConfig", named);
        Assert.Equal("Enforce", (string?)got["CodeSigningConfig"]!["CodeSigningPolicies"]!["UntrustedArtifactOnDeployment"]);
        Assert.Contains(
            (await CallAsync(client, "ListCodeSigningConfigs", "{}"))["CodeSigningConfigs"]!.AsArray(),
            config => (string?)config!["CodeSigningConfigArn"] == arn);

        await CallAsync(client, "PutFunctionCodeSigningConfig", $$"""{"FunctionName": "{{Own("fn")}}", "CodeSigningConfigArn": "{{arn}}"}""");
        Assert.Equal(arn, (string?)(await CallAsync(client, "GetFunctionCodeSigningConfig", Named()))["CodeSigningConfigArn"]);
        Assert.Equal(Arn, (string?)Assert.Single((await CallAsync(client, "ListFunctionsByCodeSigningConfig", named))["FunctionArns"]!.AsArray()));
        ClientAnswer unsigned = await client.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["ZipFile"] = Convert.ToBase64String(Probe.Code),
        });
        Assert.Equal("CodeVerificationFailedException", unsigned.Error);

        await CallAsync(client, "DeleteFunctionCodeSigningConfig", Named());
        await CallAsync(client, "DeleteCodeSigningConfig", named);
    }

    /// <summary>Operations that are younger than the other clients in Debian.</summary>
    [Fact]
    public async Task Runtime_management_and_recursion_are_kept_and_scaling_is_not_for_ordinary_functions()
    {
        ILambdaClient client = await WithFunctionAsync("javascript");
        await CallAsync(client, "PutRuntimeManagementConfig", $$"""{"FunctionName": "{{Own("fn")}}", "UpdateRuntimeOn": "FunctionUpdate"}""");
        Assert.Equal("FunctionUpdate", (string?)(await CallAsync(client, "GetRuntimeManagementConfig", Named()))["UpdateRuntimeOn"]);
        await CallAsync(client, "PutFunctionRecursionConfig", $$"""{"FunctionName": "{{Own("fn")}}", "RecursiveLoop": "Allow"}""");
        Assert.Equal("Allow", (string?)(await CallAsync(client, "GetFunctionRecursionConfig", Named()))["RecursiveLoop"]);

        JsonObject scaling = Parameters($$"""{"FunctionName": "{{Own("fn")}}", "Qualifier": "1"}""");
        Assert.Equal("InvalidParameterValueException", (await client.CallAsync("GetFunctionScalingConfig", scaling)).Error);
        scaling["FunctionScalingConfig"] = new JsonObject { ["MinExecutionEnvironments"] = 1 };
        Assert.Equal("InvalidParameterValueException", (await client.CallAsync("PutFunctionScalingConfig", scaling)).Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_function_url_lives_from_create_to_delete(string clientName)
    {
        ILambdaClient client = await WithFunctionAsync(clientName);
        JsonObject created = await CallAsync(client, "CreateFunctionUrlConfig", $$"""{"FunctionName": "{{Own("fn")}}", "AuthType": "AWS_IAM"}""");
        Uri url = new((string)created["FunctionUrl"]!);
        Assert.Matches(@"\A[a-z2-7]{32}\.lambda-url\.us-east-1\.localhost\z", url.Host);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(url, HttpMethod.Get, null)).Status);

        await CallAsync(client, "UpdateFunctionUrlConfig", $$"""{"FunctionName": "{{Own("fn")}}", "AuthType": "NONE"}""");
        Assert.Equal("NONE", (string?)(await CallAsync(client, "GetFunctionUrlConfig", Named()))["AuthType"]);
        Assert.Single((await CallAsync(client, "ListFunctionUrlConfigs", Named()))["FunctionUrlConfigs"]!.AsArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(url, HttpMethod.Get, null)).Status);
        await CallAsync(
            client, "AddPermission", $$"""{"FunctionName": "{{Own("fn")}}", "StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "Principal": "*"}""");
        (HttpStatusCode status, string body) = await AskAsync(url, HttpMethod.Post, "{\"a\":\"ü\"}");
        JsonObject seen = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            ("2.0", "/path%2F1", "q=1&q=2", "1,2", "{\"a\":\"ü\"}", "anonymous"),
            ((string?)seen["version"], (string?)seen["rawPath"], (string?)seen["rawQueryString"], (string?)seen["queryStringParameters"]!["q"],
                (string?)seen["body"], (string?)seen["requestContext"]!["accountId"]));

        await CallAsync(client, "DeleteFunctionUrlConfig", Named());
        Assert.Equal((HttpStatusCode.Forbidden, """{"Message":null}"""), await AskAsync(url, HttpMethod.Get, null));
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(Uri url, HttpMethod method, string? json)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        using HttpRequestMessage request = new(method, new Uri(Server.Endpoint, "/path%2F1?q=1&q=2"));
        request.Headers.Host = url.Authority;
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<ILambdaClient> WithFunctionAsync(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        _ = (await client.CreateFunctionAsync(Own("fn"), Archive.Of("index.py", "def handler(event, context):\n    return event\n"))).Success;
        await client.WaitUntilActiveAsync(Own("fn"));
        return client;
    }

    private string Named() => $$"""{"FunctionName": "{{Own("fn")}}"}""";

    private static JsonObject Parameters(string json) => JsonNode.Parse(json)!.AsObject();

    private static async Task<JsonObject> CallAsync(ILambdaClient client, string operation, string json) =>
        (await client.CallAsync(operation, Parameters(json))).Success;
}

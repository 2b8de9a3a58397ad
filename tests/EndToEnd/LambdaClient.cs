using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What a client made of an answer: the parsed response, or the error as the client's user sees it.</summary>
internal sealed record ClientAnswer(JsonObject? Response, string? Error, string? Message)
{
    /// <summary>Of the HTTP answer, where the client tells it.</summary>
    public int Status { get; init; }

    public JsonObject Success => Response ?? throw new InvalidOperationException($"{Error}: {Message}");

    /// <summary>The payload of an invocation.</summary>
    public string Payload => Encoding.UTF8.GetString(Convert.FromBase64String((string?)Success["Payload"] ?? string.Empty));

    public string LogTail => Encoding.UTF8.GetString(Convert.FromBase64String((string)Success["LogResult"]!));

    public string? FunctionError => (string?)Success["FunctionError"];
}

/// <summary>
/// One of AWS's clients, pointed at a server. Operations and parameters have AWS's names; members named ZipFile and Payload are base64.
/// </summary>
internal interface ILambdaClient : IAsyncDisposable
{
    Task<ClientAnswer> CallAsync(string operation, JsonObject parameters);

    /// <param name="waiter">For example <c>FunctionActiveV2</c>.</param>
    Task<ClientAnswer> WaitAsync(string waiter, JsonObject parameters);
}

internal static class LambdaClientStories
{
    public const string Role = "arn:aws:iam::000000000000:role/lambda";

    /// <summary>Publishes and gives the ARN of the layer version.</summary>
    public static async Task<string> PublishLayerAsync(this ILambdaClient client, string name, byte[] zip)
    {
        ClientAnswer answer = await client.CallAsync("PublishLayerVersion", new JsonObject
        {
            ["LayerName"] = name,
            ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) },
        });
        return (string)answer.Success["LayerVersionArn"]!;
    }

    public static async Task MakeBucketAsync(this ILambdaClient client, string name) =>
        _ = (await client.CallAsync("s3:CreateBucket", new JsonObject { ["Bucket"] = name })).Success;

    public static async Task PutObjectAsync(this ILambdaClient client, string bucket, string key, byte[] content) => _ = (await client.CallAsync(
        "s3:PutObject", new JsonObject { ["Bucket"] = bucket, ["Key"] = key, ["Body"] = Convert.ToBase64String(content) })).Success;

    public static Task<ClientAnswer> CreateFunctionAsync(
        this ILambdaClient client, string name, byte[] zip, JsonObject? more = null)
    {
        JsonObject parameters = new()
        {
            ["FunctionName"] = name,
            ["Runtime"] = "python3.11",
            ["Handler"] = "index.handler",
            ["Role"] = Role,
            ["Timeout"] = 30,
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) },
        };
        foreach ((string key, JsonNode? value) in more ?? [])
        {
            parameters[key] = value?.DeepClone();
        }

        return client.CallAsync("CreateFunction", parameters);
    }

    /// <summary>Creates the probe, which runs the Python it is sent, and waits until it is active.</summary>
    public static async Task CreateProbeAsync(this ILambdaClient client, string name, JsonObject? more = null)
    {
        _ = (await client.CreateFunctionAsync(name, Probe.Code, more)).Success;
        await client.WaitUntilActiveAsync(name);
    }

    public static async Task WaitUntilActiveAsync(this ILambdaClient client, string name) =>
        _ = (await client.WaitAsync("FunctionActiveV2", new JsonObject { ["FunctionName"] = name })).Success;

    public static async Task WaitUntilUpdatedAsync(this ILambdaClient client, string name) =>
        _ = (await client.WaitAsync("FunctionUpdatedV2", new JsonObject { ["FunctionName"] = name })).Success;

    /// <summary>Waits until a layer has a version; the test's own time limit is what ends a wait in vain.</summary>
    public static async Task WaitUntilLayerAsync(this ILambdaClient client, string name)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        JsonObject parameters = new() { ["LayerName"] = name };
        while ((await client.CallAsync("ListLayerVersions", parameters)).Success["LayerVersions"]!.AsArray().Count == 0)
        {
            // As a waiter of a client does: AWS offers nothing to be told by.
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }

    public static Task<ClientAnswer> InvokeAsync(this ILambdaClient client, string name, string payload, string type = "RequestResponse") =>
        client.CallAsync("Invoke", new JsonObject
        {
            ["FunctionName"] = name,
            ["InvocationType"] = type,
            ["LogType"] = type == "RequestResponse" ? "Tail" : "None",
            ["Payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)),
        });

    /// <summary>Runs Python in the probe and gives what it put into <c>result</c>.</summary>
    public static async Task<JsonNode?> RunAsync(this ILambdaClient client, string name, string python)
    {
        ClientAnswer answer = await client.InvokeAsync(name, Probe.Event(python));
        Assert.True(answer.FunctionError is null, answer.Payload);
        return JsonNode.Parse(answer.Payload);
    }
}

/// <summary>A function that runs what it is sent.</summary>
internal static class Probe
{
    public static byte[] Code { get; } = Archive.Of("index.py", """
        def handler(event, context):
            scope = {"context": context}
            exec(event["python"], scope)
            return scope.get("result")
        """);

    /// <summary>Python that publishes a layer by the API: the one thing of a function that is seen outside before it ends.</summary>
    public static string PublishLayer(string name) => $$$"""
        import base64, io, json, os, urllib.request, zipfile
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w') as archive:
            archive.writestr('file', 'content')
        body = json.dumps({'Content': {'ZipFile': base64.b64encode(buffer.getvalue()).decode()}}).encode()
        url = os.environ['AWS_ENDPOINT_URL'] + '/2018-10-31/layers/{{{name}}}/versions'
        scope = 'Credential=test/20260102/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00'
        headers = {'Authorization': 'AWS4-HMAC-SHA256 ' + scope, 'Content-Type': 'application/json'}
        urllib.request.urlopen(urllib.request.Request(url, body, headers)).read()

        """;

    public static string Event(string python) => new JsonObject { ["python"] = python }.ToJsonString();
}

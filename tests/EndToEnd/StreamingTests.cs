using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Streamed responses of Node.js functions, through AWS's clients and through function URLs.</summary>
public sealed class StreamingTests(SharedServer shared) : SharedServerTests(shared), IAsyncDisposable
{
    /// <summary>Writes as its event says; between the first bytes and the others it waits until an object is in S3.</summary>
    private const string Code = """
        let calls = 0;
        let ended = 'not yet';
        const scope = 'AWS4-HMAC-SHA256 Credential=000000000000/20260102/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00';
        const isThere = async (object) => (await fetch(`${process.env.AWS_ENDPOINT_URL}/${object}`, { headers: { authorization: scope } })).ok;
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          calls++;
          const order = event.requestContext?.http ? JSON.parse(event.body) : event;
          const out = order.head ? awslambda.HttpResponseStream.from(stream, order.head) : stream;
          if (order.report) {
            out.end(JSON.stringify({ calls, ended }));
            return;
          }
          out.write('one,');
          while (order.until && !(await isThere(order.until))) {
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          if (order.exit) process.exit(order.exit);
          if (order.fail) throw new Error(order.fail);
          const { pipeline } = require('stream/promises');
          const block = Buffer.alloc(65536, 'x');
          async function* blocks() {
            for (let i = 0; i < (order.blocks ?? 0); i++) yield block;
            yield 'two';
          }
          try {
            await pipeline(blocks, out);
            ended = 'written';
          } catch (error) {
            ended = 'stopped';
          }
        });
        exports.whole = async (event) => ({ got: event });
        exports.shaped = async () => ({ statusCode: 418, headers: { 'x-pot': 'brown' }, body: 'tea' });
        """;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<ScriptedClient> _clients = [];

    private string Function => Own("streaming");

    public static TheoryData<string> StreamingClients => ["boto3", "javascript"];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (ScriptedClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(StreamingClients))]
    public async Task The_first_chunk_is_with_the_caller_before_the_function_writes_the_second(string name)
    {
        ScriptedClient client = await WithFunctionAsync(name);
        JsonObject marker = await MarkerAsync();

        JsonObject answer = (await client.StreamAsync(
            Event($$"""{"until": "{{marker["Bucket"]}}/{{marker["Key"]}}"}""", logType: "Tail"), marker)).Success;

        Assert.Equal("one,", (string?)answer["Chunks"]![0]);
        Assert.Equal("one,two", Joined(answer));
        Assert.Equal("$LATEST", (string?)answer["ExecutedVersion"]);
        Assert.Null(answer["Complete"]!["ErrorCode"]);
        Assert.Matches("START RequestId(.|\n)*REPORT RequestId", Encoding.UTF8.GetString(Convert.FromBase64String((string)answer["Complete"]!["LogResult"]!)));
    }

    [Theory]
    [InlineData("boto3", """{"fail": "half-way"}""", "half-way")]
    [InlineData("javascript", """{"fail": "half-way"}""", "half-way")]
    [InlineData("javascript", """{"exit": 7}""", "Runtime exited with error: exit status 7")]
    public async Task A_failure_half_way_is_told_when_the_stream_ends(string name, string order, string message)
    {
        ScriptedClient client = await WithFunctionAsync(name);
        JsonObject marker = await MarkerAsync();
        JsonObject seen = JsonNode.Parse(order)!.AsObject();
        seen["until"] = $"{marker["Bucket"]}/{marker["Key"]}";
        JsonObject answer = (await client.StreamAsync(Event(seen.ToJsonString()), marker)).Success;

        Assert.Equal("one,", Joined(answer));
        Assert.Equal("Unhandled", (string?)answer["Complete"]!["ErrorCode"]);
        JsonObject details = JsonNode.Parse((string)answer["Complete"]!["ErrorDetails"]!)!.AsObject();
        Assert.EndsWith(message, (string?)details["errorMessage"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(StreamingClients))]
    public async Task A_function_that_answers_whole_is_one_chunk_and_what_keeps_it_from_running_is_an_error(string name)
    {
        ScriptedClient client = await WithFunctionAsync(name, handler: "index.whole");
        JsonObject answer = (await client.StreamAsync(Event("[1]"), null)).Success;
        Assert.Equal("""{"got":[1]}""", (string?)Assert.Single(answer["Chunks"]!.AsArray()));

        JsonObject missing = Event("{}");
        missing["FunctionName"] = Own("nothing");
        Assert.Equal("ResourceNotFoundException", (await client.StreamAsync(missing, null)).Error);
        JsonObject other = Event("{}");
        other["Qualifier"] = "7";
        Assert.Equal("ResourceNotFoundException", (await client.StreamAsync(other, null)).Error);
    }

    [Fact]
    public async Task Invoke_gets_a_streamed_response_whole_and_a_dry_run_runs_nothing()
    {
        await WithFunctionAsync("javascript");
        Assert.Equal("one,two", (await AnyClient.InvokeAsync(Function, "{}")).Payload);
        ClientAnswer failed = await AnyClient.InvokeAsync(Function, """{"fail": "half-way"}""");
        Assert.Equal(("Unhandled", "half-way"), (failed.FunctionError, (string?)JsonNode.Parse(failed.Payload)!["errorMessage"]));
        ClientAnswer tooLarge = await AnyClient.InvokeAsync(Function, """{"blocks": 97}""");
        Assert.Contains("Function.ResponseSizeTooLarge", tooLarge.Payload, StringComparison.Ordinal);

        using HttpRequestMessage dry = new(HttpMethod.Post, new Uri(Server.Endpoint, $"/2021-11-15/functions/{Function}/response-streaming-invocations"));
        dry.Headers.Add("X-Amz-Invocation-Type", "DryRun");
        using HttpResponseMessage response = await _http.SendAsync(dry);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_url_sends_head_and_body_as_the_function_writes_them()
    {
        Uri url = await WithUrlAsync();
        JsonObject marker = await MarkerAsync();
        string order = $$"""
            {"until": "{{marker["Bucket"]}}/{{marker["Key"]}}",
             "head": {"statusCode": 418, "headers": {"content-type": "text/x-tea", "x-pot": "brown"}, "cookies": ["a=1", "b=2"] } }
            """;

        using HttpResponseMessage response = await AskAsync(url, order);
        Assert.Equal((418, "text/x-tea"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal(["brown"], response.Headers.GetValues("x-pot"));
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] first = new byte[4];
        await body.ReadExactlyAsync(first);
        Assert.Equal("one,", Encoding.ASCII.GetString(first));
        _ = (await AnyClient.CallAsync("s3:PutObject", marker)).Success;

        using StreamReader rest = new(body);
        Assert.Equal("two", await rest.ReadToEndAsync());
    }

    [Fact]
    public async Task A_url_without_a_head_is_a_200_of_bytes_and_one_that_fails_is_cut_off()
    {
        Uri url = await WithUrlAsync();
        using HttpResponseMessage plain = await AskAsync(url, "{}");
        Assert.Equal((HttpStatusCode.OK, "application/octet-stream", "one,two"),
            (plain.StatusCode, plain.Content.Headers.ContentType?.ToString(), await plain.Content.ReadAsStringAsync()));

        JsonObject marker = await MarkerAsync();
        using HttpResponseMessage cut = await AskAsync(url, $$"""{"exit": 7, "until": "{{marker["Bucket"]}}/{{marker["Key"]}}"}""");
        Assert.Equal(HttpStatusCode.OK, cut.StatusCode);
        _ = (await AnyClient.CallAsync("s3:PutObject", marker)).Success;
        await Assert.ThrowsAnyAsync<HttpRequestException>(cut.Content.ReadAsStringAsync);

        using HttpResponseMessage malformed = await AskAsync(url, """{"head": {"statusCode": 7}}""");
        Assert.Equal(HttpStatusCode.BadGateway, malformed.StatusCode);
    }

    /// <summary>Recorded on AWS: in this mode nobody looks into what a function returned, and the caller gets it as it is.</summary>
    [Fact]
    public async Task Behind_a_streaming_url_what_a_function_returns_is_the_body_as_it_stands()
    {
        Uri url = await WithUrlAsync("index.shaped");
        using HttpResponseMessage response = await AskAsync(url, "{}");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal("""{"statusCode":418,"headers":{"x-pot":"brown"},"body":"tea"}""", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("x-pot"));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_ends_the_writing_and_the_environment_serves_the_next()
    {
        Uri url = await WithUrlAsync();
        // One environment, so that the function's memory is that of the call before, and time enough to hear of it on a busy machine.
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject { ["FunctionName"] = Function, ["Timeout"] = 120 })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Function);
        _ = (await AnyClient.CallAsync(
            "PutFunctionConcurrency", new JsonObject { ["FunctionName"] = Function, ["ReservedConcurrentExecutions"] = 1 })).Success;
        using (HttpResponseMessage endless = await AskAsync(url, """{"blocks": 100000000}"""))
        {
            await using Stream body = await endless.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1 << 20]);
        }

        HttpResponseMessage next = await AskAsync(url, """{"report": true}""");
        while (next.StatusCode == HttpStatusCode.TooManyRequests)
        {
            // The call before has not heard yet that nobody listens.
            next.Dispose();
            next = await AskAsync(url, """{"report": true}""");
        }

        Assert.Equal("""{"calls":2,"ended":"stopped"}""", await next.Content.ReadAsStringAsync());
        next.Dispose();
    }

    private static string Joined(JsonObject answer) => string.Concat(answer["Chunks"]!.AsArray().Select(static chunk => (string?)chunk));

    private JsonObject Event(string json, string logType = "None") => new()
    {
        ["FunctionName"] = Function,
        ["LogType"] = logType,
        ["Payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(json)),
    };

    private async Task<ScriptedClient> WithFunctionAsync(string client, string handler = "index.handler")
    {
        _ = (await AnyClient.CreateFunctionAsync(
            Function, Archive.Of("index.js", Code), new JsonObject { ["Runtime"] = "nodejs22.x", ["Handler"] = handler })).Success;
        await AnyClient.WaitUntilActiveAsync(Function);
        ScriptedClient started = client == "boto3"
            ? ScriptedClient.StreamingBoto3(Server.Endpoint)
            : ScriptedClient.JavaScript(Server.Endpoint, ClientCredentials.Any);
        _clients.Add(started);
        return started;
    }

    /// <summary>An object that is not there yet.</summary>
    private async Task<JsonObject> MarkerAsync()
    {
        _ = (await AnyClient.CallAsync("s3:CreateBucket", new JsonObject { ["Bucket"] = Own("bucket") })).Success;
        return new JsonObject { ["Bucket"] = Own("bucket"), ["Key"] = "seen" };
    }

    private async Task<Uri> WithUrlAsync(string handler = "index.handler")
    {
        await WithFunctionAsync("javascript", handler);
        // Debian's boto3 is older than the mode.
        JsonObject created = (await Connect("javascript").CallAsync("CreateFunctionUrlConfig", new JsonObject
        {
            ["FunctionName"] = Function, ["AuthType"] = "NONE", ["InvokeMode"] = "RESPONSE_STREAM",
        })).Success;
        _ = (await AnyClient.CallAsync("AddPermission", new JsonObject
        {
            ["FunctionName"] = Function, ["StatementId"] = "url", ["Action"] = "lambda:InvokeFunctionUrl", ["Principal"] = "*",
        })).Success;
        return new Uri((string)created["FunctionUrl"]!);
    }

    /// <summary>Returns when the head is there.</summary>
    private async Task<HttpResponseMessage> AskAsync(Uri url, string order)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Server.Endpoint);
        request.Headers.Host = url.Authority;
        request.Content = new StringContent(order, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

using System.Text.Json;

namespace Lamina.Rooms.Tests.Runtimes;

public sealed class NodeHandlerTests
{
    private const string Node20 = "AWS_Lambda_nodejs20.x";
    private const string Node24 = "AWS_Lambda_nodejs24.x";

    [Theory]
    [InlineData("async (event) => event", "{\"a\":[1,2.5,true,null,\"é😀\"]}", "{\"a\":[1,2.5,true,null,\"é😀\"]}")]
    [InlineData("async () => undefined", "{}", "null")]
    [InlineData("async () => () => 1", "{}", "null")]
    [InlineData("() => ({ then: (resolve) => resolve(3) })", "{}", "3")]
    public async Task A_promise_becomes_the_answer(string handler, string payload, string expected)
    {
        foreach (string runtimeName in new[] { Node20, Node24 })
        {
            await using RuntimeUnderTest runtime = StartNode(handler, runtimeName);
            Assert.Equal(expected, await runtime.InvokeAsync(payload));
        }
    }

    [Theory]
    [InlineData("(e, c, callback) => callback(null, e)", "1")]
    [InlineData("(e, c, callback) => setTimeout(callback, 1, null, e)", "1")]
    [InlineData("(e, c) => c.succeed(e)", "1")]
    [InlineData("(e, c) => c.done(null, e)", "1")]
    [InlineData("(e, c, callback) => { callback(null, 1); callback(null, 2); c.fail('late'); }", "1")]
    [InlineData("(e) => e", "null")]
    [InlineData("(e, c, callback) => { let n = 0; setTimeout(() => n++, 5); callback(null, { get n() { return n; } }); }", "{\"n\":1}")]
    [InlineData("(e, c, callback) => { c.callbackWaitsForEmptyEventLoop = false; let n = 0; setTimeout(() => n++, 60000); callback(null, n); }", "0")]
    public async Task Up_to_Node_22_a_callback_or_an_empty_event_loop_ends_the_invocation(string handler, string expected)
    {
        await using RuntimeUnderTest runtime = StartNode(handler, Node20);

        Assert.Equal(expected, await runtime.InvokeAsync("1"));
        Assert.Equal(expected, await runtime.InvokeAsync("1"));
    }

    [Theory]
    [InlineData("(e, c, callback) => callback('text')", "string", "text")]
    [InlineData("(e, c, callback) => callback(new RangeError('far'))", "RangeError", "far")]
    [InlineData("(e, c) => c.fail()", "string", "handled")]
    [InlineData("(e, c) => c.fail({ code: 1 })", "object", "[object Object]")]
    [InlineData("() => { throw new TypeError('sync'); }", "TypeError", "sync")]
    [InlineData("async () => { throw new TypeError('async'); }", "TypeError", "async")]
    [InlineData("async () => { throw 'text'; }", "string", "text")]
    [InlineData("async () => ({ big: 1n })", "Error", "Unable to stringify response body")]
    [InlineData("async () => new Promise(() => {})", "Runtime.NodeJsExit", "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes")]
    public async Task Up_to_Node_22_a_failure_is_answered_and_the_next_event_served(string handler, string errorType, string message)
    {
        await using RuntimeUnderTest runtime = StartNode(handler, Node20);

        await AssertFailureAsync(runtime, errorType, message);
        await AssertFailureAsync(runtime, errorType, message);
    }

    [Theory]
    [InlineData("async () => { throw new TypeError('async'); }", "TypeError", "async")]
    [InlineData("() => { throw new TypeError('sync'); }", "TypeError", "sync")]
    [InlineData("async () => ({ big: 1n })", "Runtime.JSONStringifyError", "Unable to stringify response body")]
    public async Task From_Node_24_a_failure_is_answered_and_the_next_event_served(string handler, string errorType, string message)
    {
        await using RuntimeUnderTest runtime = StartNode(handler, Node24);

        await AssertFailureAsync(runtime, errorType, message);
        await AssertFailureAsync(runtime, errorType, message);
    }

    [Fact]
    public async Task From_Node_24_a_plain_return_value_is_the_answer_and_the_event_loop_is_not_waited_for()
    {
        await using RuntimeUnderTest runtime = StartNode("(e) => { setTimeout(() => {}, 60000); return e; }", Node24);

        Assert.Equal("5", await runtime.InvokeAsync("5"));
    }

    [Fact]
    public async Task From_Node_24_a_handler_with_a_callback_is_refused()
    {
        await using RuntimeUnderTest runtime = StartNode("(e, c, callback) => callback()", Node24);

        (JsonElement error, _, int exitCode) = await runtime.FailInitAsync();

        Assert.Equal(129, exitCode);
        Assert.Equal("Runtime.CallbackHandlerDeprecated", error.GetProperty("errorType").GetString());
        Assert.StartsWith(
            "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.",
            error.GetProperty("errorMessage").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setTimeout(() => { throw new Error('late'); }, 1)", 129, "Error", "late")]
    [InlineData("setTimeout(() => Promise.reject(new Error('lost')), 1)", 128, "Runtime.UnhandledPromiseRejection", "Error: lost")]
    public async Task What_escapes_the_handler_is_the_invocations_error_and_ends_the_process(
        string statement, int exitCode, string errorType, string message)
    {
        foreach (string runtimeName in new[] { Node20, Node24 })
        {
            await using RuntimeUnderTest runtime = StartNode($"async () => {{ {statement}; await new Promise((r) => setTimeout(r, 60000)); }}", runtimeName);
            await AssertFailureAsync(runtime, errorType, message);
            Assert.Equal(exitCode, await runtime.ExitAsync());
        }
    }

    [Fact]
    public async Task What_is_thrown_between_invocations_ends_the_process_although_it_waits_for_an_event()
    {
        await using RuntimeUnderTest runtime = StartNode("async () => { setTimeout(() => { throw new Error('idle'); }, 20); return 1; }", Node20);
        await runtime.InvokeAsync("{}");
        await runtime.Api.ReadNextAsync();

        ApiRequest posted = await runtime.Api.ReadAsync();

        Assert.Equal("idle", JsonDocument.Parse(posted.Body).RootElement.GetProperty("errorMessage").GetString());
        await posted.AnswerAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        Assert.Equal(129, await runtime.ExitAsync());
    }

    [Fact]
    public async Task An_error_carries_type_message_and_trace()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "class OrderError extends Error { constructor(m) { super(m); this.name = 'OrderError'; this.order = 7; } }\n" +
            "exports.handler = async () => { throw new OrderError('gone'); };");

        ApiRequest posted = await runtime.PostedForAsync("{}");

        Assert.Equal("OrderError", posted.Headers["Lambda-Runtime-Function-Error-Type"]);
        JsonElement error = JsonDocument.Parse(posted.Body).RootElement;
        Assert.Equal(["errorType", "errorMessage", "trace"], error.EnumerateObject().Select(field => field.Name));
        Assert.Equal("OrderError: gone", error.GetProperty("trace")[0].GetString());
        Assert.Equal($"    at exports.handler ({Path.Combine(runtime.Folder, "index.js")}:2:39)", error.GetProperty("trace")[1].GetString());
    }

    [Fact]
    public async Task The_context_tells_all_that_headers_and_environment_say()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "exports.handler = async (e, c) => ({ c, left: c.getRemainingTimeInMillis() > 60000, w3c: c.w3c(), trace: process.env._X_AMZN_TRACE_ID, n: typeof c.done });");

        string answer = await runtime.InvokeAsync(
            "{}",
            ("Lambda-Runtime-Trace-Id", "Root=1-2-3"), ("Lambda-Runtime-Aws-Tenant-Id", "blue"),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"i"}"""),
            ("Lambda-Runtime-Client-Context", """{"custom":{"é":"ö"},"w3c":{"traceparent":"00","x":"y"}}"""));

        Assert.Equal(
            """
            {"c":{"callbackWaitsForEmptyEventLoop":true,"functionVersion":"$LATEST","functionName":"f","memoryLimitInMB":"128",
            "logGroupName":"/aws/lambda/f","logStreamName":"2026/01/01/[$LATEST]0","clientContext":{"custom":{"é":"ö"}},
            "identity":{"cognitoIdentityId":"i"},"invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:f",
            "awsRequestId":"request-1","tenantId":"blue"},"left":true,"w3c":{"traceparent":"00"},"trace":"Root=1-2-3","n":"function"}
            """.ReplaceLineEndings(""),
            answer);
        Assert.DoesNotContain("trace", await runtime.InvokeAsync("{}"), StringComparison.Ordinal);
    }

    private static async Task AssertFailureAsync(RuntimeUnderTest runtime, string errorType, string message)
    {
        JsonElement error = await runtime.FailAsync("{}");
        Assert.Equal(errorType, error.GetProperty("errorType").GetString());
        Assert.Equal(message, error.GetProperty("errorMessage").GetString());
    }

    private static RuntimeUnderTest StartNode(string handler, string runtimeName) =>
        RuntimeUnderTest.StartNode($"exports.handler = {handler};", "index.handler", ("AWS_EXECUTION_ENV", runtimeName));
}

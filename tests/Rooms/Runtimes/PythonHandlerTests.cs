using System.Text.Json;

namespace Lamina.Rooms.Tests.Runtimes;

public sealed class PythonHandlerTests
{
    [Theory]
    [InlineData("event", "{\"a\": [1, 2.5, true, null]}", "{\"a\": [1, 2.5, true, null]}")]
    [InlineData("None", "{}", "null")]
    [InlineData("'x'", "{}", "\"x\"")]
    [InlineData("event", " \t\r\n 7 \n", "7")]
    [InlineData("(1, 2)", "{}", "[1, 2]")]
    [InlineData("{2: 'a', None: 'b', True: 'c'}", "{}", "{\"2\": \"a\", \"null\": \"b\", \"true\": \"c\"}")]
    [InlineData("{'b': b'bytes', 'n': __import__('collections').namedtuple('P', 'x y')(1, [2])}", "{}", "{\"b\": \"bytes\", \"n\": {\"x\": 1, \"y\": [2]}}")]
    [InlineData("[__import__('decimal').Decimal('1.10'), __import__('decimal').Decimal('12345678901234567890.5')]", "{}", "[1.10, 12345678901234567890.5]")]
    [InlineData("b'raw'", "{}", "raw")]
    public async Task A_result_is_written_as_Lambda_writes_it(string expression, string payload, string expected)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(Returning(expression));

        Assert.Equal(expected, await runtime.InvokeAsync(payload));
    }

    [Theory]
    [InlineData("AWS_Lambda_python3.11", "\"\\u00e9\\u2028\\ud83d\\ude00\"")]
    [InlineData("AWS_Lambda_python3.12", "\"é\\u2028😀\"")]
    public async Task Text_is_escaped_up_to_python3_11_and_written_as_it_is_after(string runtimeName, string expected)
    {
        await using RuntimeUnderTest runtime =
            RuntimeUnderTest.StartPython(Returning("event"), "index.handler", ("AWS_EXECUTION_ENV", runtimeName));

        Assert.Equal(expected, await runtime.InvokeAsync("\"é\u2028😀\""));
    }

    [Theory]
    [InlineData("{1, 2}", "Unable to marshal response: Object of type set is not JSON serializable")]
    [InlineData("{(1, 2): 3}", "Unable to marshal response: keys must be str, int, float, bool or None, not tuple")]
    [InlineData("(lambda loop: (loop.append(loop), loop)[1])([])", "Unable to marshal response: Circular reference detected")]
    public async Task What_JSON_cannot_hold_is_a_marshal_error(string expression, string message)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(Returning(expression));

        JsonElement error = await runtime.FailAsync("{}");

        Assert.Equal("Runtime.MarshalError", error.GetProperty("errorType").GetString());
        Assert.Equal(message, error.GetProperty("errorMessage").GetString());
        Assert.Equal(0, error.GetProperty("stackTrace").GetArrayLength());
    }

    [Fact]
    public async Task An_event_that_is_not_JSON_is_an_unmarshal_error()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(Returning("event"));

        JsonElement error = await runtime.FailAsync("{\"a\":");

        Assert.Equal("Runtime.UnmarshalError", error.GetProperty("errorType").GetString());
        Assert.StartsWith("Unable to unmarshal input: Expecting value", error.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_is_answered_without_the_runtimes_own_frames_and_the_next_event_is_served()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(
            "def inner():\n    raise ValueError('wrong')\ndef handler(event, context):\n    return inner() if event else 'fine'\n");

        ApiRequest posted = await runtime.PostedForAsync("1");

        string file = Path.Combine(runtime.Folder, "index.py");
        Assert.Equal("ValueError", posted.Headers["Lambda-Runtime-Function-Error-Type"]);
        JsonElement error = JsonDocument.Parse(posted.Body).RootElement;
        Assert.Equal(["errorMessage", "errorType", "requestId", "stackTrace"], error.EnumerateObject().Select(field => field.Name));
        Assert.Equal("wrong", error.GetProperty("errorMessage").GetString());
        Assert.Equal("request-1", error.GetProperty("requestId").GetString());
        Assert.Equal(
            [
                $"  File \"{file}\", line 4, in handler\n    return inner() if event else 'fine'\n",
                $"  File \"{file}\", line 2, in inner\n    raise ValueError('wrong')\n",
            ],
            error.GetProperty("stackTrace").EnumerateArray().Select(frame => frame.GetString()));
        Assert.Equal("\"fine\"", await runtime.InvokeAsync("0"));
    }

    [Theory]
    [InlineData("os.close(1)", "OSError")]
    [InlineData("sys.stdout.close(); 1 / 0", "ZeroDivisionError")]
    [InlineData("sys.stdout = None; 1 / 0", "ZeroDivisionError")]
    public async Task An_exception_is_answered_where_the_function_has_closed_its_output(string close, string errorType)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(
            $"import os, sys\ndef handler(event, context):\n    {close}\n    os.close(1)\n");

        ApiRequest posted = await runtime.PostedForAsync("{}");

        Assert.Equal(errorType, posted.Headers["Lambda-Runtime-Function-Error-Type"]);
    }

    [Fact]
    public async Task The_context_tells_all_that_headers_and_environment_say()
    {
        const string Source = """
            import os
            def handler(event, c):
                return [c.aws_request_id, c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name,
                    c.invoked_function_arn, c.tenant_id, c.get_remaining_time_in_millis() > 60000, c.identity.cognito_identity_id,
                    c.identity.cognito_identity_pool_id, c.client_context.custom, c.client_context.env, c.client_context.client.app_title,
                    c.client_context.client.app_version_code, c.w3c(), os.environ.get('_X_AMZN_TRACE_ID')]
            """;
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(Source, "index.handler", ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13"));

        string answer = await runtime.InvokeAsync(
            "{}",
            ("Lambda-Runtime-Trace-Id", "Root=1-2-3"), ("Lambda-Runtime-Aws-Tenant-Id", "blue"),
            ("Lambda-Runtime-Cognito-Identity", """{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}"""),
            ("Lambda-Runtime-Client-Context", """{"custom":{"é":"ö"},"client":{"app_title":"t"},"w3c":{"traceparent":"00","x":"y"}}"""));

        Assert.Equal(
            ["request-1", "f", "$LATEST", "128", "/aws/lambda/f", "2026/01/01/[$LATEST]0", "arn:aws:lambda:eu-west-1:123456789012:function:f",
                "blue", "True", "i", "p", """{"é": "ö"}""", "", "t", "", """{"traceparent": "00"}""", "Root=1-2-3"],
            JsonDocument.Parse(answer).RootElement.EnumerateArray().Select(Plain));
    }

    [Fact]
    public async Task What_the_headers_do_not_say_is_None_again_in_the_next_invocation()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(
            "import os\ndef handler(event, c):\n    return [c.client_context, c.identity.cognito_identity_id, c.tenant_id, os.environ.get('_X_AMZN_TRACE_ID')]\n");
        await runtime.InvokeAsync("{}", ("Lambda-Runtime-Trace-Id", "Root=1"), ("Lambda-Runtime-Aws-Tenant-Id", "blue"));

        Assert.Equal("[null, null, null, null]", await runtime.InvokeAsync("{}"));
    }

    [Fact]
    public async Task The_process_is_clean_one_thread_no_names_of_ours_in_main()
    {
        const string Source = """
            import os, sys
            def handler(event, context):
                import __main__
                return [sorted(n for n in vars(__main__) if not n.startswith('__')), len(os.listdir('/proc/self/task')),
                    'json' in sys.modules, 'logging' in sys.modules, sys.path[:3], len(sys.argv)]
            """;
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(Source);

        JsonElement answer = JsonDocument.Parse(await runtime.InvokeAsync("{}")).RootElement;

        Assert.Equal("[]", answer[0].GetRawText());
        Assert.Equal(1, answer[1].GetInt32());
        Assert.False(answer[2].GetBoolean());
        Assert.False(answer[3].GetBoolean());
        Assert.Equal(runtime.Folder, answer[4][0].GetString());
        Assert.Matches("^/opt/python/lib/python3\\.[0-9]+/site-packages$", answer[4][1].GetString()!);
        Assert.Equal("/opt/python", answer[4][2].GetString());
        Assert.Equal(1, answer[5].GetInt32());
    }

    [Fact]
    public async Task Leaving_from_within_the_handler_ends_the_process_with_that_status()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython("import sys\ndef handler(event, context):\n    sys.exit(7)\n");
        ApiRequest next = await runtime.Api.ReadNextAsync();

        await next.AnswerAsync([.. System.Text.Encoding.UTF8.GetBytes(ScriptedRuntimeApi.Head("last") + "Content-Length: 2\r\n\r\n{}")]);

        Assert.Equal(7, await runtime.ExitAsync());
    }

    private static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ToString();

    private static string Returning(string expression) => $"def handler(event, context):\n    return {expression}\n";
}

using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Execution;

public sealed class RuntimeApiTests
{
    [Fact]
    public async Task The_event_comes_with_all_headers()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            id, headers, event = next()
            respond(id, json.dumps({"headers": headers, "event": event, "now": int(time.time() * 1000)}))
            next()
            """);
        Invocation invocation = ExecutionHouse.Event("[1]") with { ClientContext = """{"custom":{}}""" };

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        using var answer = System.Text.Json.JsonDocument.Parse(outcome.Payload);
        Assert.Equal("[1]", answer.RootElement.GetProperty("event").GetString());
        var headers = answer.RootElement.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString());
        Assert.Equal("application/json", headers["Content-Type"]);
        Assert.Equal(invocation.RequestId, headers["Lambda-Runtime-Aws-Request-Id"]);
        Assert.Equal(invocation.InvokedFunctionArn, headers["Lambda-Runtime-Invoked-Function-Arn"]);
        Assert.Equal(invocation.TraceId, headers["Lambda-Runtime-Trace-Id"]);
        Assert.Equal("""{"custom":{}}""", headers["Lambda-Runtime-Client-Context"]);
        Assert.DoesNotContain("Lambda-Runtime-Cognito-Identity", headers.Keys);
        long deadline = long.Parse(headers["Lambda-Runtime-Deadline-Ms"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(deadline - answer.RootElement.GetProperty("now").GetInt64(), 1, 30_000);
    }

    [Fact]
    public async Task Calls_in_the_wrong_state_are_refused_in_lambdas_words()
    {
        string[] answers = await RunScriptAsync("""
            seen = [call("POST", "invocation/x/response", "1")]
            id, headers, event = next()
            seen.append(call("POST", "init/error", "{}"))
            seen.append(call("POST", "invocation/wrong/response", "1"))
            seen.append(call("POST", "invocation/wrong/error", "{}"))
            result = json.dumps([[answer[0], answer[2]] for answer in seen])
            respond(id, result)
            again = respond(id, result)
            print(again[0], again[2], flush=True)
            next()
            """);

        Assert.Equal(
            """403 {"errorMessage":"State transition from Started to InvocationResponse failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}""",
            answers[0]);
        Assert.Equal(
            """403 {"errorMessage":"State transition from Running to InitError failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}""",
            answers[1]);
        Assert.Equal("""400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}""", answers[2]);
        Assert.Equal(answers[2], answers[3]);
    }

    [Fact]
    public async Task Unknown_paths_and_other_methods_are_refused()
    {
        string[] answers = await RunScriptAsync("""
            id, headers, event = next()
            seen = [call("GET", "nothing"), call("POST", "invocation/next", ""), call("GET", "../ping")]
            respond(id, json.dumps([[answer[0], answer[2]] for answer in seen]))
            next()
            """);

        Assert.StartsWith("404 ", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("405 ", answers[1], StringComparison.Ordinal);
        Assert.Equal("200 pong", answers[2]);
    }

    [Fact]
    public async Task Asking_again_gives_the_same_event_again()
    {
        string[] answers = await RunScriptAsync("""
            first = next()
            second = next()
            respond(first[0], json.dumps([[200, first[0] == second[0]]]))
            next()
            """);

        Assert.Equal("200 True", answers[0]);
    }

    [Fact]
    public async Task A_response_of_the_largest_size_passes_and_one_byte_more_does_not()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                status, headers, body = respond(id, b"1" * int(event))
                print(status, body, flush=True)
            """);

        using InvokeOutcome largest = await house.InvokeAsync(function, $"{Limits.SyncPayloadBytes}");
        using InvokeOutcome larger = await house.InvokeAsync(function, $"{Limits.SyncPayloadBytes + 1}");
        using InvokeOutcome after = await house.InvokeAsync(function, "1");

        Assert.Equal(InvokeResult.Succeeded, largest.Result);
        Assert.Equal(Limits.SyncPayloadBytes, largest.Payload.Length);
        Assert.Equal(InvokeResult.FunctionFailed, larger.Result);
        Assert.Equal(
            """{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}""",
            ExecutionHouse.Text(larger.Payload));
        Assert.Contains(house.LogLines(function), line => line == """413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}""");
        Assert.Equal(InvokeResult.Succeeded, after.Result);
    }

    [Fact]
    public async Task A_response_in_chunks_without_a_length_is_whole()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                respond(id, (b"%07d" % i for i in range(100000)))
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(string.Concat(Enumerable.Range(0, 100_000).Select(i => i.ToString("D7", System.Globalization.CultureInfo.InvariantCulture))), ExecutionHouse.Text(outcome.Payload));
    }

    [Fact]
    public async Task An_error_is_handed_on_byte_for_byte()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                call("POST", "invocation/" + id + "/error", '{ "errorType": "E" }', {"Lambda-Runtime-Function-Error-Type": "Function.E"})
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(InvokeResult.FunctionFailed, outcome.Result);
        Assert.Equal("""{ "errorType": "E" }""", ExecutionHouse.Text(outcome.Payload));
    }

    [Theory]
    [InlineData("Runtime.ImportModuleError", "Runtime.ImportModuleError")]
    [InlineData("Function.Mine", "Function.Mine")]
    [InlineData("Function.not", "Function.Unknown")]
    [InlineData("anything", "Runtime.Unknown")]
    [InlineData(null, "Runtime.Unknown")]
    public void Error_types_outside_lambdas_form_become_unknown(string? header, string expected) =>
        Assert.Equal(expected, Lamina.Execution.RuntimeApi.ErrorCalls.ErrorTypeOf(header));

    /// <summary>Runs a bootstrap whose answer is a list of [status, body] and returns "status body" of each.</summary>
    private static async Task<string[]> RunScriptAsync(string script)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync(script);
        using InvokeOutcome outcome = await house.InvokeAsync(function);
        Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        using var answers = System.Text.Json.JsonDocument.Parse(outcome.Payload);
        return [.. answers.RootElement.EnumerateArray().Select(answer => $"{answer[0]} {answer[1].ToString().TrimEnd('\n')}")];
    }
}

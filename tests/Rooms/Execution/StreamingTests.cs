using System.IO.Pipelines;
using System.Text;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Microsoft.AspNetCore.Http;

namespace Lamina.Rooms.Tests.Execution;

/// <summary>Responses that are on their way while the function makes them, by a runtime that writes its HTTP itself.</summary>
public sealed class StreamingTests
{
    /// <summary>
    /// <c>begin(id)</c> gives a socket on which a streamed response has begun, <c>chunk(socket, bytes)</c> and <c>end(socket, trailers)</c>
    /// go on with it; <c>ask(path)</c> asks the test something, which answers when it likes.
    /// </summary>
    private const string Streaming = """
        import base64, socket, urllib.request
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        def begin(id, type="text/plain"):
            s = socket.create_connection((host, int(port)))
            s.sendall((f"POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\n"
                "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
                "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n").encode())
            return s
        def chunk(s, data):
            s.sendall(b"%x\r\n%s\r\n" % (len(data), data))
        def end(s, trailers=""):
            s.sendall(("0\r\n" + trailers + "\r\n").encode())
            return s.recv(1000).decode()
        def broken():
            body = base64.b64encode(b'{"errorType":"E"}').decode()
            return "Lambda-Runtime-Function-Error-Type: Function.Broken\r\nLambda-Runtime-Function-Error-Body: " + body + "\r\n"
        def ask(path):
            return urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/" + path).read().decode()

        """;

    [Fact]
    public async Task The_first_bytes_are_with_the_caller_before_the_function_writes_the_next()
    {
        TaskCompletionSource seen = new();
        await using ExecutionHouse house = await OpenAsync(_ => seen.Task);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            while True:
                id, headers, event = next()
                s = begin(id)
                chunk(s, b"one,")
                ask("seen")
                chunk(s, b"two")
                print(end(s).split("\r\n")[0], flush=True)
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);

        Assert.Equal("one,", await ReadSomeAsync(stream, running));
        Assert.Equal("text/plain", await stream.Begun);
        Assert.False(running.IsCompleted);
        seen.SetResult();

        Assert.Equal("two", await ReadAllAsync(stream, running));
        using InvokeOutcome outcome = await running;
        Assert.Equal((InvokeResult.Succeeded, 0), (outcome.Result, outcome.Payload.Length));
        await house.LogLineAsync(function, "HTTP/1.1 202");
    }

    [Fact]
    public async Task A_failure_half_way_comes_behind_what_was_written()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            while True:
                id, headers, event = next()
                s = begin(id)
                chunk(s, b"half")
                end(s, broken())
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);

        Assert.Equal("half", await ReadAllAsync(stream, running));
        using InvokeOutcome outcome = await running;
        Assert.Equal((InvokeResult.FunctionFailed, """{"errorType":"E"}"""), (outcome.Result, ExecutionHouse.Text(outcome.Payload)));

        // Who waits for the whole gets the error alone.
        using InvokeOutcome whole = await house.InvokeAsync(function);
        Assert.Equal((InvokeResult.FunctionFailed, """{"errorType":"E"}"""), (whole.Result, ExecutionHouse.Text(whole.Payload)));
    }

    [Theory]
    [InlineData("os._exit(3)", "Crashed", "Runtime.ExitError")]
    [InlineData("time.sleep(600)", "TimedOut", "Sandbox.Timedout")]
    [InlineData("s.close(); time.sleep(600)", "Crashed", "Runtime.TruncatedResponse")]
    public async Task A_runtime_that_breaks_off_ends_the_stream(string end, string result, string errorType)
    {
        TaskCompletionSource seen = new();
        await using ExecutionHouse house = await OpenAsync(_ => seen.Task);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + $$"""
            while True:
                id, headers, event = next()
                if event == '"whole"':
                    respond(id, event)
                    continue
                s = begin(id)
                chunk(s, b"half")
                ask("seen")
                {{end}}
            """) with
        { TimeoutSeconds = 3 };
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);

        Assert.Equal("half", await ReadSomeAsync(stream, running));
        seen.SetResult();
        Assert.Equal("", await ReadAllAsync(stream, running));
        using InvokeOutcome outcome = await running;
        Assert.Equal(result, outcome.Result.ToString());
        Assert.StartsWith($$"""{"errorType":"{{errorType}}",""", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        Assert.Contains("REPORT RequestId", ExecutionHouse.Text(outcome.LogTail), StringComparison.Ordinal);
        using InvokeOutcome after = await house.InvokeAsync(function, "\"whole\"");
        Assert.Equal((InvokeResult.Succeeded, "\"whole\""), (after.Result, ExecutionHouse.Text(after.Payload)));
    }

    [Fact]
    public async Task A_function_is_no_further_ahead_of_its_caller_than_the_buffers_between_them()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            id, headers, event = next()
            s = begin(id)
            s.settimeout(1)
            written = 0
            try:
                while written < 100 << 20:
                    chunk(s, b"x" * 65536)
                    written += 65536
            except TimeoutError:
                pass
            print("written:", written, flush=True)
            time.sleep(600)
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);

        string line = await house.LogLineAsync(function, "written: ");
        Assert.InRange(int.Parse(line["written: ".Length..], System.Globalization.CultureInfo.InvariantCulture), 1, 32 << 20);
        stream.Abandon();
        Assert.Equal(InvokeResult.Succeeded, (await running).Result);
    }

    [Fact]
    public async Task A_caller_who_goes_ends_the_functions_writing_and_the_environment_serves_on()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            calls = 0
            while True:
                id, headers, event = next()
                calls += 1
                if event == '"whole"':
                    respond(id, str(calls))
                    continue
                s = begin(id)
                try:
                    while True:
                        chunk(s, b"x" * 65536)
                except OSError as error:
                    print("stopped:", type(error).__name__, flush=True)
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);
        Assert.Equal('x', (await ReadSomeAsync(stream, running))[0]);

        stream.Abandon();
        await house.LogLineAsync(function, "stopped: ");
        using InvokeOutcome outcome = await running;
        using InvokeOutcome after = await house.InvokeAsync(function, "\"whole\"");
        Assert.Equal("2", ExecutionHouse.Text(after.Payload));
    }

    [Fact]
    public async Task A_stream_ends_at_the_limit_and_the_function_is_told()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            while True:
                id, headers, event = next()
                s = begin(id)
                try:
                    for i in range(int(event)):
                        chunk(s, b"x" * (1 << 20))
                    print(end(s).split("\r\n")[0], flush=True)
                except OSError as error:
                    print("stopped:", type(error).__name__, flush=True)
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function, "200");
        Assert.Equal(209_715_200, await CountAllAsync(stream, running));
        Assert.Equal(InvokeResult.Succeeded, (await running).Result);

        (stream, running) = Invoke(house, function, "230");
        Assert.Equal(209_715_200, await CountAllAsync(stream, running));
        using InvokeOutcome outcome = await running;
        Assert.Equal(InvokeResult.FunctionFailed, outcome.Result);
        Assert.Equal(
            """{"errorMessage":"Response payload size exceeded maximum allowed payload size (209715200 bytes).","errorType":"Function.ResponseSizeTooLarge"}""",
            ExecutionHouse.Text(outcome.Payload));
        await house.LogLineAsync(function, "stopped: ");
    }

    [Fact]
    public async Task While_a_response_is_streamed_nothing_else_may_be_asked()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Streaming + """
            while True:
                id, headers, event = next()
                s = begin(id)
                chunk(s, b"x")
                ask("begun")
                for answer in (respond(id, "1"), call("GET", "invocation/next"), call("POST", "invocation/" + id + "/error", "{}")):
                    print(answer[0], answer[2], flush=True)
                end(s)
            """);
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function);

        Assert.Equal("x", await ReadAllAsync(stream, running));
        Assert.Equal(InvokeResult.Succeeded, (await running).Result);
        string[] refused = [.. house.LogLines(function).Where(static line => line.StartsWith("403 ", StringComparison.Ordinal))];
        Assert.Equal(3, refused.Length);
        Assert.Contains("State transition from InvocationResponse to Ready failed for runtime", refused[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_answers_whole_never_begins_a_stream()
    {
        await using ExecutionHouse house = await OpenAsync(static _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync("id, headers, event = next()\nrespond(id, event)\nnext()\n");
        (ResponseStream stream, Task<InvokeOutcome> running) = Invoke(house, function, "7");

        using InvokeOutcome outcome = await running;
        Assert.Equal("7", ExecutionHouse.Text(outcome.Payload));
        Assert.False(stream.Begun.IsCompleted);
    }

    private static Task<ExecutionHouse> OpenAsync(RequestDelegate awsEndpoint) =>
        ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, awsEndpoint);

    private static (ResponseStream Stream, Task<InvokeOutcome> Running) Invoke(ExecutionHouse house, FunctionVersion function, string payload = "{}")
    {
        ResponseStream stream = new();
        Invocation invocation = ExecutionHouse.Event(payload) with { Response = stream };
        return (stream, house.Invoker.InvokeAsync(function, invocation, CancellationToken.None).AsTask());
    }

    private static async Task BeginAsync(ResponseStream stream, Task<InvokeOutcome> running)
    {
        await Task.WhenAny(stream.Begun, running);
        if (!stream.Begun.IsCompleted)
        {
            Assert.Fail(ExecutionHouse.Text((await running).Payload));
        }
    }

    private static async Task<string> ReadSomeAsync(ResponseStream stream, Task<InvokeOutcome> running)
    {
        await BeginAsync(stream, running);
        ReadResult read = await stream.Body.ReadAsync();
        string text = Encoding.ASCII.GetString(read.Buffer);
        stream.Body.AdvanceTo(read.Buffer.End);
        return text;
    }

    private static async Task<string> ReadAllAsync(ResponseStream stream, Task<InvokeOutcome> running)
    {
        await BeginAsync(stream, running);
        using StreamReader reader = new(stream.Body.AsStream());
        return await reader.ReadToEndAsync();
    }

    private static async Task<long> CountAllAsync(ResponseStream stream, Task<InvokeOutcome> running)
    {
        await BeginAsync(stream, running);
        long count = 0;
        ReadResult read;
        do
        {
            read = await stream.Body.ReadAsync();
            count += read.Buffer.Length;
            stream.Body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        return count;
    }
}

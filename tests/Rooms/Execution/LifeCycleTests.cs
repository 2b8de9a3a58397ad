using Lamina.Execution;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Execution;

/// <summary>What happens to an environment between, after and instead of invocations.</summary>
public sealed class LifeCycleTests
{
    /// <summary>A thread calls the endpoint as often as it is let; the handler answers when that thread has run again.</summary>
    private const string Ticking = """
        import threading, urllib.request
        ticks = [0]
        def tick():
            while True:
                urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
                ticks[0] += 1
                time.sleep(0.002)
        threading.Thread(target=tick, daemon=True).start()
        while True:
            id, headers, event = next()
            seen = ticks[0]
            while ticks[0] < seen + 3:
                time.sleep(0.001)
            respond(id, "1")
        """;

    private const string Echo = """
        while True:
            id, headers, event = next()
            respond(id, event)
        """;

    [Fact]
    public async Task Between_invocations_nothing_in_the_environment_runs_and_in_the_next_all_does()
    {
        int ticks = 0;
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ =>
        {
            Interlocked.Increment(ref ticks);
            return Task.CompletedTask;
        });
        FunctionVersion ticking = await house.PythonBootstrapAsync(Ticking);
        FunctionVersion other = await house.PythonBootstrapAsync(Echo);
        using InvokeOutcome first = await house.InvokeAsync(ticking);

        // Another function's invocations are the clock: they go on until no tick comes between two of them.
        int before;
        do
        {
            before = Volatile.Read(ref ticks);
            await InvokeOftenAsync(house, other);
        }
        while (before != Volatile.Read(ref ticks));
        await InvokeOftenAsync(house, other);
        int frozen = Volatile.Read(ref ticks);
        using InvokeOutcome second = await house.InvokeAsync(ticking);

        Assert.Equal(before, frozen);
        Assert.Equal(InvokeResult.Succeeded, second.Result);
        Assert.True(Volatile.Read(ref ticks) > frozen);
    }

    [Theory]
    [InlineData("time.sleep(600)", 1)]
    [InlineData("os._exit(1)", 30)]
    public async Task A_reset_keeps_tmp_and_loses_processes_and_memory(string end, int timeoutSeconds)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync($$"""
            import subprocess
            count = 0
            while True:
                id, headers, event = next()
                count += 1
                if event == '"fail"':
                    open("/tmp/kept", "w").write("kept")
                    open("/dev/shm/lost", "w").write("lost")
                    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
                    {{end}}
                sleeping = any(b"sleep" in open(f"/proc/{pid}/cmdline", "rb").read() for pid in os.listdir("/proc") if pid.isdigit())
                respond(id, json.dumps([count, os.path.exists("/tmp/kept"), os.path.exists("/dev/shm/lost"), sleeping, os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]]))
            """) with
        { TimeoutSeconds = timeoutSeconds };

        using InvokeOutcome before = await house.InvokeAsync(function);
        using InvokeOutcome failed = await house.InvokeAsync(function, "\"fail\"");
        using InvokeOutcome after = await house.InvokeAsync(function);

        Assert.NotEqual(InvokeResult.Succeeded, failed.Result);
        string stream = ExecutionHouse.Text(before.Payload).Split('"')[1];
        Assert.Equal($"""[1, false, false, false, "{stream}"]""", ExecutionHouse.Text(before.Payload));
        Assert.Equal($"""[1, true, false, false, "{stream}"]""", ExecutionHouse.Text(after.Payload));
    }

    [Fact]
    public async Task An_init_after_a_reset_counts_against_the_functions_timeout()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            if os.path.exists("/tmp/slow"):
                time.sleep(600)
            id, headers, event = next()
            open("/tmp/slow", "w")
            os._exit(1)
            """) with
        { TimeoutSeconds = 1 };

        using InvokeOutcome crashed = await house.InvokeAsync(function);
        using InvokeOutcome slow = await house.InvokeAsync(function);

        Assert.Equal(InvokeResult.Crashed, crashed.Result);
        Assert.Equal(InvokeResult.TimedOut, slow.Result);
        Assert.Contains("Task timed out after 1.00 seconds", ExecutionHouse.Text(slow.Payload), StringComparison.Ordinal);
        Assert.Matches(@"^INIT_REPORT Init Duration: 1\d{3}\.\d\d ms\tPhase: invoke\tStatus: timeout\nSTART ", ExecutionHouse.Text(slow.LogTail));
    }

    [Fact]
    public async Task A_function_that_was_killed_for_its_memory_is_there_again()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                if event == '"eat"':
                    x = bytearray(1 << 30)
                respond(id, "1")
            """) with
        { MemorySizeMiB = 128 };

        using InvokeOutcome killed = await house.InvokeAsync(function, "\"eat\"");
        using InvokeOutcome after = await house.InvokeAsync(function);

        Assert.Equal(InvokeResult.Crashed, killed.Result);
        Assert.Equal("1", ExecutionHouse.Text(after.Payload));
    }

    [Fact]
    public async Task Asking_for_an_event_after_an_init_error_is_refused()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            call("POST", "init/error", '{"errorMessage":"no","errorType":"X"}')
            for method, path in [("GET", "invocation/next"), ("POST", "init/error")]:
                status, headers, body = call(method, path, "{}" if method == "POST" else None)
                print(status, body, flush=True)
            sys.exit(1)
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        string[] lines = [.. house.LogLines(function)];
        Assert.Equal(
            """403 {"errorMessage":"State transition from InitError to Ready failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}""",
            lines[1]);
        Assert.StartsWith("403 {\"errorMessage\":\"State transition from InitError to InitError failed", lines[3], StringComparison.Ordinal);
    }

    private static async Task InvokeOftenAsync(ExecutionHouse house, FunctionVersion function)
    {
        for (int i = 0; i < 100; i++)
        {
            using InvokeOutcome outcome = await house.InvokeAsync(function);
        }
    }
}

using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Execution;

public sealed class FailureTests
{
    [Fact]
    public async Task A_function_that_takes_too_long_is_killed_and_replaced()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                print("working", flush=True)
                time.sleep(600 if event == "1" else 0)
                respond(id, "2")
            """) with
        { TimeoutSeconds = 1 };
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        using InvokeOutcome next = await house.InvokeAsync(function, "0");

        Assert.Equal(InvokeResult.TimedOut, outcome.Result);
        Assert.Equal(
            $$"""{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {{invocation.RequestId}} Error: Task timed out after 1.00 seconds"}""",
            ExecutionHouse.Text(outcome.Payload));
        Assert.Matches(
            $@"^START RequestId: {invocation.RequestId} Version: \$LATEST\nworking\nEND RequestId: {invocation.RequestId}\nREPORT RequestId: {invocation.RequestId}\tDuration: 1000\.00 ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\tStatus: timeout\n$",
            ExecutionHouse.Text(outcome.LogTail));
        Assert.Equal(InvokeResult.Succeeded, next.Result);
    }

    [Theory]
    [InlineData("os._exit(3)", "Runtime exited with error: exit status 3")]
    [InlineData("os._exit(0)", "Runtime exited without providing a reason")]
    [InlineData("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault")]
    public async Task A_process_that_ends_in_an_invocation_is_a_crash(string end, string message)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync($"""
            id, headers, event = next()
            print("last words", end="", flush=True)
            {end}
            """);
        Invocation invocation = ExecutionHouse.Event("{}");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Equal(
            $$"""{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {{invocation.RequestId}} Error: {{message}}"}""",
            ExecutionHouse.Text(outcome.Payload));
        string tail = ExecutionHouse.Text(outcome.LogTail);
        Assert.Contains($"last words\nRequestId: {invocation.RequestId} Error: {message}\nRuntime.ExitError\nEND RequestId", tail, StringComparison.Ordinal);
        Assert.EndsWith("\tStatus: error\tError Type: Runtime.ExitError\n", tail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x = bytearray(1 << 30)")]
    [InlineData("import subprocess; subprocess.run([sys.executable, '-c', 'x = bytearray(1 << 30)']); time.sleep(600)")]
    public async Task A_function_that_passes_its_memory_limit_is_killed(string eat)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync($"""
            id, headers, event = next()
            {eat}
            """) with
        { MemorySizeMiB = 128 };
        Invocation invocation = ExecutionHouse.Event("{}");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Equal(
            $$"""{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: {{invocation.RequestId}} Error: Runtime exited with error: signal: killed"}""",
            ExecutionHouse.Text(outcome.Payload));
        Assert.Matches(
            @"\tMemory Size: 128 MB\tMax Memory Used: 12\d MB\tInit Duration: \d+\.\d\d ms\tStatus: error\tError Type: Runtime.OutOfMemory\n$",
            ExecutionHouse.Text(outcome.LogTail));
    }

    [Fact]
    public async Task A_process_that_ends_in_init_is_tried_again_inside_the_invocation()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            print("starting", flush=True)
            os._exit(7)
            """);
        Invocation invocation = ExecutionHouse.Event("{}");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Contains("Runtime exited with error: exit status 7", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        string[] lines = [.. house.LogLines(function)];
        Assert.StartsWith("INIT_START", lines[0], StringComparison.Ordinal);
        Assert.Equal("starting", lines[1]);
        Assert.Matches(@"^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError$", lines[2]);
        Assert.Equal("starting", lines[3]);
        Assert.Matches(@"^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError$", lines[4]);
        Assert.Equal($"START RequestId: {invocation.RequestId} Version: $LATEST", lines[5]);
        Assert.Equal($"END RequestId: {invocation.RequestId}", lines[7]);
        Assert.EndsWith("\tStatus: error\tError Type: Runtime.ExitError", lines[8], StringComparison.Ordinal);
        Assert.DoesNotContain("Init Duration", lines[8], StringComparison.Ordinal);
        Assert.Single(house.Invoker.Logs.Read(function.Arn, 0).Select(line => line.Stream).Distinct());
    }

    [Fact]
    public async Task An_init_error_is_answered_as_reported()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            status, headers, body = call("POST", "init/error", '{"errorMessage":"no","errorType":"X"}',
                                         {"Lambda-Runtime-Function-Error-Type": "Runtime.ImportModuleError"})
            print(status, body, flush=True)
            sys.exit(1)
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(InvokeResult.FunctionFailed, outcome.Result);
        Assert.Equal("""{"errorMessage":"no","errorType":"X"}""", ExecutionHouse.Text(outcome.Payload));
        string[] lines = [.. house.LogLines(function)];
        Assert.Equal("""202 {"status":"OK"}""", lines[1]);
        Assert.EndsWith("Phase: init\tStatus: error\tError Type: Runtime.ImportModuleError", lines.First(line => line.StartsWith("INIT_REPORT", StringComparison.Ordinal)), StringComparison.Ordinal);
        // The second try is part of the invocation: what it says is in the tail.
        Assert.StartsWith("202 {\"status\":\"OK\"}\n\nINIT_REPORT ", ExecutionHouse.Text(outcome.LogTail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_init_that_takes_too_long_goes_on_inside_the_invocation()
    {
        FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.Zero };
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, time, _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync("""
            print("init", flush=True)
            time.sleep(600)
            """) with
        { TimeoutSeconds = 20 };
        CancellationToken cancellation = CancellationToken.None;

        Task<InvokeOutcome> invoking = house.InvokeAsync(function).AsTask();
        await foreach (LogLine line in house.Invoker.Logs.FollowAsync(function.Arn, 0, cancellation))
        {
            string text = ExecutionHouse.Text(line.Message);
            if (text == "init")
            {
                time.Advance(TimeSpan.FromSeconds(20));
            }

            if (text.StartsWith("REPORT", StringComparison.Ordinal))
            {
                break;
            }
        }

        using InvokeOutcome outcome = await invoking;
        Assert.Equal(InvokeResult.TimedOut, outcome.Result);
        string[] lines = [.. house.LogLines(function)];
        Assert.Equal("INIT_REPORT Init Duration: 20000.00 ms\tPhase: init\tStatus: timeout", lines[2]);
        Assert.Equal("INIT_REPORT Init Duration: 20000.00 ms\tPhase: invoke\tStatus: timeout", lines[4]);
        Assert.Contains("\tDuration: 20000.00 ms\tBilled Duration: 20000 ms\t", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_try_of_the_init_that_works_serves_the_invocation()
    {
        // The shared network of tests has no state; whether this is the first try is seen from the endpoint outside.
        int tries = 0;
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options,
            TimeProvider.System,
            context =>
            {
                context.Response.StatusCode = Interlocked.Increment(ref tries) == 1 ? 500 : 200;
                return Task.CompletedTask;
            });
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import urllib.request
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            while True:
                id, headers, event = next()
                respond(id, "1")
            """);

        using InvokeOutcome first = await house.InvokeAsync(function);
        using InvokeOutcome second = await house.InvokeAsync(function);

        Assert.Equal("1", ExecutionHouse.Text(first.Payload));
        Assert.Equal("1", ExecutionHouse.Text(second.Payload));
        Assert.Equal(2, tries);
        Assert.DoesNotContain("Init Duration", ExecutionHouse.Text(first.LogTail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_without_bootstrap_says_so()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.FunctionAsync(("index.py", "pass"));
        Invocation invocation = ExecutionHouse.Event("{}");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(
            $$"""{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: {{invocation.RequestId}} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"}""",
            ExecutionHouse.Text(outcome.Payload));
        Assert.Contains(house.LogLines(function), line => line.EndsWith("Phase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bootstrap_that_is_no_program_says_so()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.FunctionAsync(("index.py", "pass"));
        LayerReference layer = await house.LayerAsync("l", ("bootstrap/no", ""));
        FunctionVersion withFolder = function with { Layers = [layer], EnvironmentKey = "k" };

        using InvokeOutcome outcome = await house.InvokeAsync(withFolder);

        Assert.Contains("Couldn't find valid bootstrap(s)", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_wrapper_is_exit_status_127()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.FunctionAsync(("index.py", "def handler(e, c): return 1"));
        FunctionVersion wrapped = function with
        {
            Runtime = "python3.11",
            Environment = new Dictionary<string, string> { ["AWS_LAMBDA_EXEC_WRAPPER"] = "/opt/no-such-wrapper" },
        };

        using InvokeOutcome outcome = await house.InvokeAsync(wrapped);

        Assert.Contains("\"errorType\":\"Runtime.ExitError\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        Assert.Contains("Runtime exited with error: exit status 127", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_nobody_can_serve_here_says_so()
    {
        // No clients are there, as after a build without a JDK; there may be no Java either.
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { RuntimesDirectory = "/nowhere" }, TimeProvider.System, static _ => Task.CompletedTask);
        FunctionVersion function = await house.FunctionAsync(("a.jar", "")) with { Runtime = "java21" };

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Contains("\"errorType\":\"Runtime.InvalidEntrypoint\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        Assert.Contains("apt install default-jdk-headless", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_that_dies_idle_is_replaced()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import threading
            id, headers, event = next()
            respond(id, "1")
            os._exit(0)
            """);

        for (int i = 0; i < 5; i++)
        {
            using InvokeOutcome outcome = await house.InvokeAsync(function);
            Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        }
    }
}

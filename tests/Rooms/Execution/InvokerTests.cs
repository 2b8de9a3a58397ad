using System.Text.Json;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Sandbox;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Execution;

public sealed class InvokerTests
{
    private const string Echo = """
        while True:
            id, headers, event = next()
            print("got " + event, flush=True)
            respond(id, event)
        """;

    private const string CountInvocations = """
        count = 0
        while True:
            id, headers, event = next()
            count += 1
            respond(id, json.dumps([os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], count]))
        """;

    private const string AskEndpoint = """
        import urllib.request
        while True:
            id, headers, event = next()
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            respond(id, json.dumps(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]))
        """;

    [Fact]
    public async Task A_shell_script_is_a_custom_runtime()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.FunctionAsync(("bootstrap", """
            #!/bin/bash
            exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\/}
            printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: l\r\n\r\n' >&3
            while IFS=$'\r' read -r line <&3 && [ -n "$line" ]; do
              case "$line" in Lambda-Runtime-Aws-Request-Id:*) id="${line#*: }";; esac
            done
            echo "hello from $LAMBDA_TASK_ROOT"
            printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\n\r\n"hi"' "$id" >&3
            read -r status <&3
            sleep 600
            """));

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(
            function, ExecutionHouse.Event("{}", wantsLogTail: false), CancellationToken.None);

        Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        Assert.Equal("\"hi\"", ExecutionHouse.Text(outcome.Payload));
    }

    [Fact]
    public async Task Log_lines_come_in_lambdas_order_and_form()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync(Echo);

        Invocation first = ExecutionHouse.Event("1");
        using InvokeOutcome cold = await house.Invoker.InvokeAsync(function, first, CancellationToken.None);
        using InvokeOutcome warm = await house.InvokeAsync(function, "2");

        string[] lines = [.. house.LogLines(function)];
        Assert.StartsWith("INIT_START Runtime Version: provided:al2023\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:", lines[0], StringComparison.Ordinal);
        Assert.Equal($"START RequestId: {first.RequestId} Version: $LATEST", lines[1]);
        Assert.Equal("got 1", lines[2]);
        Assert.Equal($"END RequestId: {first.RequestId}", lines[3]);
        Assert.Matches(
            $@"^REPORT RequestId: {first.RequestId}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: \d+\.\d\d ms\t$",
            lines[4]);
        Assert.Equal("got 2", lines[6]);
        Assert.DoesNotContain("Init Duration", lines[8], StringComparison.Ordinal);
        Assert.Equal(string.Join('\n', lines[1..5]) + "\n", ExecutionHouse.Text(cold.LogTail));
        Assert.Equal(string.Join('\n', lines[5..9]) + "\n", ExecutionHouse.Text(warm.LogTail));
    }

    [Fact]
    public async Task Invocations_one_after_another_share_an_environment()
    {
        // The clock stands: however late the runtime asks for its next event, it is not too late.
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options, new FakeTimeProvider(), _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(CountInvocations);

        string stream = "";
        for (int i = 1; i <= 20; i++)
        {
            using InvokeOutcome outcome = await house.Invoker.InvokeAsync(
                function, ExecutionHouse.Event("{}", wantsLogTail: i % 2 == 0), CancellationToken.None);
            string answer = ExecutionHouse.Text(outcome.Payload);
            Assert.EndsWith($", {i}]", answer, StringComparison.Ordinal);
            stream = answer;
        }

        Assert.Matches(@"^\[""\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}"", 20\]$", stream);
    }

    [Fact]
    public async Task An_environment_whose_runtime_does_not_ask_for_its_next_event_keeps_nobody_waiting()
    {
        TaskCompletionSource busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ => busy.Task);
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import urllib.request
            while True:
                id, headers, event = next()
                respond(id, json.dumps(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]))
                if event == "1":
                    urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
                    print("after the answer", flush=True)
            """);
        Invocation slow = ExecutionHouse.Event("1", wantsLogTail: false);

        using InvokeOutcome first = await house.Invoker.InvokeAsync(function, slow, CancellationToken.None);
        using InvokeOutcome second = await house.InvokeAsync(function);
        bool finished = house.LogLines(function).Any(line => line.StartsWith($"REPORT RequestId: {slow.RequestId}", StringComparison.Ordinal));
        busy.SetResult();
        await house.LogLineAsync(function, $"REPORT RequestId: {slow.RequestId}");

        Assert.False(finished);
        Assert.NotEqual(ExecutionHouse.Text(first.Payload), ExecutionHouse.Text(second.Payload));
        string[] lines = [.. house.LogLines(function)];
        Assert.True(Array.IndexOf(lines, "after the answer") < Array.IndexOf(lines, $"END RequestId: {slow.RequestId}"));
    }

    [Fact]
    public async Task What_runs_after_the_answer_is_held_to_the_timeout()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            id, headers, event = next()
            respond(id, "1")
            time.sleep(600)
            """) with
        { TimeoutSeconds = 1 };
        Invocation invocation = ExecutionHouse.Event("{}", wantsLogTail: false);

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        string report = await house.LogLineAsync(function, $"REPORT RequestId: {invocation.RequestId}");

        Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        Assert.StartsWith($"REPORT RequestId: {invocation.RequestId}\tDuration: 1000.00 ms\t", report, StringComparison.Ordinal);
        Assert.EndsWith("\tStatus: timeout", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_hangs_up_for_good_loses_the_job_to_another_environment()
    {
        TaskCompletionSource hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options with { FreezeDelay = TimeSpan.FromHours(1) }, TimeProvider.System, _ =>
        {
            hungUp.TrySetResult();
            return Task.CompletedTask;
        });
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import socket, urllib.request
            id, headers, event = next()
            respond(id, json.dumps(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]))
            api.request("GET", "/2018-06-01/runtime/invocation/next")
            api.sock.shutdown(socket.SHUT_WR)
            try:
                api.sock.recv(1)
            except ConnectionResetError:
                pass
            time.sleep(1) # Kestrel closes the connection before it tells the environment, and an event between the two is lost with it.
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            time.sleep(600)
            """) with
        { TimeoutSeconds = 1 };

        using InvokeOutcome first = await house.InvokeAsync(function);
        await hungUp.Task;
        using InvokeOutcome second = await house.InvokeAsync(function).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(InvokeResult.Succeeded, second.Result);
        Assert.NotEqual(ExecutionHouse.Text(first.Payload), ExecutionHouse.Text(second.Payload));
    }

    [Fact]
    public async Task Whoever_waits_for_an_init_is_answered_when_the_server_stops()
    {
        TaskCompletionSource starting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { StopLimit = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            context =>
            {
                starting.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            });
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import urllib.request
            urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
            """);

        Task<InvokeOutcome> invoking = house.InvokeAsync(function).AsTask();
        await starting.Task;
        await house.Invoker.StopAsync();
        using InvokeOutcome outcome = await invoking.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Contains("\"errorType\":\"Sandbox.Failure\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invocations_at_the_same_time_get_environments_of_their_own()
    {
        // Nobody is answered before all three are there.
        TaskCompletionSource allThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int there = 0;
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ =>
        {
            if (Interlocked.Increment(ref there) == 3)
            {
                allThere.SetResult();
            }

            return allThere.Task;
        });
        FunctionVersion function = await house.PythonBootstrapAsync(AskEndpoint);

        InvokeOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => house.InvokeAsync(function).AsTask()));

        Assert.All(outcomes, outcome => Assert.Equal(InvokeResult.Succeeded, outcome.Result));
        Assert.Equal(3, outcomes.Select(outcome => ExecutionHouse.Text(outcome.Payload)).Distinct().Count());
    }

    [Fact]
    public async Task More_than_the_concurrency_limit_is_throttled()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options, accountLimit: 1, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(Echo);

        Task<InvokeOutcome> first = house.InvokeAsync(function).AsTask();
        using InvokeOutcome second = await house.InvokeAsync(function);
        using InvokeOutcome ended = await first;
        using InvokeOutcome third = await house.InvokeAsync(function);

        Assert.Equal(InvokeResult.Throttled, second.Result);
        Assert.Equal(InvokeResult.Succeeded, ended.Result);
        Assert.Equal(InvokeResult.Succeeded, third.Result);
    }

    [Fact]
    public async Task An_update_makes_environments_stale()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync(CountInvocations);
        FunctionVersion updated = function with { EnvironmentKey = "another" };

        using InvokeOutcome before = await house.InvokeAsync(function);
        house.Invoker.Retire(updated);
        using InvokeOutcome after = await house.InvokeAsync(updated);

        Assert.EndsWith(", 1]", ExecutionHouse.Text(before.Payload), StringComparison.Ordinal);
        Assert.EndsWith(", 1]", ExecutionHouse.Text(after.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_lets_a_running_invocation_end_and_takes_no_new_one()
    {
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ =>
        {
            running.SetResult();
            return stopping.Task;
        });
        FunctionVersion function = await house.PythonBootstrapAsync(AskEndpoint);

        Task<InvokeOutcome> invoking = house.InvokeAsync(function).AsTask();
        await running.Task;
        Task stopped = house.Invoker.StopAsync();
        stopping.SetResult();
        await stopped;
        using InvokeOutcome outcome = await invoking;

        Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        await Assert.ThrowsAsync<AwsError>(async () => await house.InvokeAsync(function));
    }

    [Fact]
    public async Task Stopping_kills_what_does_not_end_within_the_limit()
    {
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { StopLimit = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            context =>
            {
                running.SetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            });
        FunctionVersion function = await house.PythonBootstrapAsync(AskEndpoint);

        Task<InvokeOutcome> invoking = house.InvokeAsync(function).AsTask();
        await running.Task;
        await house.Invoker.StopAsync();
        using InvokeOutcome outcome = await invoking;

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Contains("\"errorType\":\"Sandbox.Failure\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_idle_for_too_long_is_shut_down()
    {
        FakeTimeProvider time = new();
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, time, _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(CountInvocations);

        using InvokeOutcome first = await house.InvokeAsync(function);
        time.Advance(ExecutionOptions.DefaultIdleTimeout - TimeSpan.FromMinutes(1));
        using InvokeOutcome within = await house.InvokeAsync(function);
        time.Advance(ExecutionOptions.DefaultIdleTimeout + TimeSpan.FromMinutes(2));
        await house.Invoker.NoEnvironmentsLeftAsync();
        using InvokeOutcome after = await house.InvokeAsync(function);

        Assert.EndsWith(", 1]", ExecutionHouse.Text(first.Payload), StringComparison.Ordinal);
        Assert.EndsWith(", 2]", ExecutionHouse.Text(within.Payload), StringComparison.Ordinal);
        Assert.EndsWith(", 1]", ExecutionHouse.Text(after.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_the_hosts_network_every_environment_has_an_address_of_its_own()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { Network = SandboxNetwork.Host }, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion one = await house.PythonBootstrapAsync("""
            while True:
                id, headers, event = next()
                respond(id, json.dumps(os.environ["AWS_LAMBDA_RUNTIME_API"]))
            """);

        using InvokeOutcome first = await house.InvokeAsync(one);
        using InvokeOutcome second = await house.InvokeAsync(one with { Name = "other" });

        Assert.Equal("\"127.64.0.1:9001\"", ExecutionHouse.Text(first.Payload));
        Assert.Equal("\"127.64.0.2:9001\"", ExecutionHouse.Text(second.Payload));
    }

    [Fact]
    public async Task Layers_are_merged_at_opt_and_may_bring_the_bootstrap()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion bare = await house.FunctionAsync(("data", "code"));
        LayerReference earlier = await house.LayerAsync("a", ("shared", "earlier"), ("only-a", "a"));
        LayerReference later = await house.LayerAsync("b", ("shared", "later"), ("bootstrap", ExecutionHouse.PythonClient + """
            while True:
                id, headers, event = next()
                respond(id, json.dumps([open(path).read() for path in ("/opt/shared", "/opt/only-a", "/var/task/data")]))
            """));

        using InvokeOutcome outcome = await house.InvokeAsync(bare with { Layers = [earlier, later] });

        Assert.Equal("""["later", "a", "code"]""", ExecutionHouse.Text(outcome.Payload));
    }

    [Theory]
    [InlineData("python3.11", "index.handler", "index.py", "import os\ndef handler(event, context):\n    print('out')\n    return [event, os.getcwd(), os.environ['PATH']]\n")]
    [InlineData("nodejs20.x", "index.handler", "index.js", "exports.handler = async (event) => { console.log('out'); return [event, process.cwd(), process.env.PATH]; };")]
    public async Task A_managed_runtime_runs_the_handler(string runtime, string handler, string file, string code)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.FunctionAsync((file, code)) with { Runtime = runtime, Handler = handler };

        using InvokeOutcome outcome = await house.InvokeAsync(function, """{"a":1}""");

        Assert.Equal(InvokeResult.Succeeded, outcome.Result);
        string[] answer = [.. JsonDocument.Parse(outcome.Payload).RootElement.EnumerateArray().Select(item => item.ToString())];
        Assert.Equal("/var/task", answer[1]);
        Assert.Equal("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin", answer[2]);
        Assert.Contains(house.LogLines(function), line => line.EndsWith("out", StringComparison.Ordinal));
        Assert.Matches($@"^INIT_START Runtime Version: {(runtime[0] == 'p' ? "python" : "nodejs")}:\d+(\.\d+)?\.v\d+", house.LogLines(function)[0]);
    }

    [Fact]
    public async Task A_wrapper_gets_the_original_command()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion bare = await house.FunctionAsync(("index.py", "import os\ndef handler(event, context):\n    return os.environ['WRAPPED']\n"));
        LayerReference layer = await house.LayerAsync("w", ("bin/wrapper", "#!/bin/bash\nexport WRAPPED=\"$*\"\nexec \"$@\"\n"));
        FunctionVersion function = bare with
        {
            Runtime = "python3.11",
            Layers = [layer],
            Environment = new Dictionary<string, string> { ["AWS_LAMBDA_EXEC_WRAPPER"] = "/opt/bin/wrapper" },
        };

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal("\"/usr/bin/python3.11 /var/runtime/bootstrap.py\"", ExecutionHouse.Text(outcome.Payload));
    }

    [Fact]
    public async Task Environments_make_room_when_there_are_as_many_as_may_live()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { MaxEnvironments = 1 }, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion one = await house.PythonBootstrapAsync(CountInvocations);
        FunctionVersion other = one with { Name = "other" };

        for (int i = 0; i < 3; i++)
        {
            using InvokeOutcome first = await house.InvokeAsync(one);
            using InvokeOutcome second = await house.InvokeAsync(other);
            Assert.EndsWith(", 1]", ExecutionHouse.Text(first.Payload), StringComparison.Ordinal);
            Assert.EndsWith(", 1]", ExecutionHouse.Text(second.Payload), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_waiters_are_served_by_few_environments()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { MaxEnvironments = 2 }, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion function = await house.PythonBootstrapAsync(CountInvocations);

        InvokeOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => house.InvokeAsync(function).AsTask()));

        Assert.All(outcomes, outcome => Assert.Equal(InvokeResult.Succeeded, outcome.Result));
        Assert.InRange(outcomes.Select(outcome => ExecutionHouse.Text(outcome.Payload).Split(',')[0]).Distinct().Count(), 1, 2);
    }

    [Fact]
    public async Task A_call_to_the_aws_endpoint_reaches_the_given_pipeline()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options,
            TimeProvider.System,
            async context =>
            {
                context.Response.ContentType = "text/plain";
                await context.Response.Body.WriteAsync("from the house"u8.ToArray(), context.RequestAborted);
            });
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import urllib.request
            while True:
                id, headers, event = next()
                respond(id, json.dumps(urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/x").read().decode()))
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal("\"from the house\"", ExecutionHouse.Text(outcome.Payload));
    }
}

using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution;

public sealed class ExtensionTests
{
    private const string Echo = """
        while True:
            id, headers, event = next()
            print("runtime got " + event, flush=True)
            respond(id, event)
        """;

    private const string Observer = """
        register("INVOKE", "SHUTDOWN")
        while True:
            event = next()
            say(json.dumps(event))
            if event["eventType"] == "SHUTDOWN":
                break
        """;

    private const string Quiet = """
        register("INVOKE")
        while True:
            next()
        """;

    [Fact]
    public async Task An_extension_starts_before_the_runtime_and_gets_every_invoke_and_the_shutdown()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, ("observer", "say('starts')\n" + Observer));
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        house.Invoker.Retire(function with { EnvironmentKey = "another" });
        string shutdown = await house.LogLineAsync(function, "observer {\"eventType\": \"SHUTDOWN\"");
        await house.Invoker.NoEnvironmentsLeftAsync();

        Assert.Equal("1", ExecutionHouse.Text(outcome.Payload));
        string[] lines = [.. house.LogLines(function)];
        Assert.Equal("observer starts", lines[1]);
        Assert.Equal("EXTENSION\tName: observer\tState: Ready\tEvents: [INVOKE, SHUTDOWN]", lines[2]);
        Assert.StartsWith("START ", lines[3], StringComparison.Ordinal);
        JsonElement invoke = Parse(lines.Single(line => line.StartsWith("observer {\"eventType\": \"INVOKE\"", StringComparison.Ordinal)));
        Assert.Equal(["eventType", "deadlineMs", "requestId", "invokedFunctionArn", "tracing"], invoke.EnumerateObject().Select(member => member.Name));
        Assert.Equal(invocation.RequestId, invoke.GetProperty("requestId").GetString());
        Assert.Equal(invocation.InvokedFunctionArn, invoke.GetProperty("invokedFunctionArn").GetString());
        Assert.Equal(
            $$"""{"type": "X-Amzn-Trace-Id", "value": "{{invocation.TraceId}}"}""", invoke.GetProperty("tracing").GetRawText());
        Assert.Equal("spindown", Parse(shutdown).GetProperty("shutdownReason").GetString());
    }

    [Fact]
    public async Task An_environment_that_was_idle_too_long_lets_its_extensions_shut_down()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { IdleTimeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, static _ => Task.CompletedTask);
        FunctionVersion function = await FunctionAsync(house, Echo, ("observer", Observer));

        using InvokeOutcome outcome = await house.InvokeAsync(function, "1");
        string shutdown = await house.LogLineAsync(function, "observer {\"eventType\": \"SHUTDOWN\"");
        await house.Invoker.NoEnvironmentsLeftAsync();

        Assert.Equal("spindown", Parse(shutdown).GetProperty("shutdownReason").GetString());
    }

    [Fact]
    public async Task An_invocation_lasts_until_the_extension_is_done_and_its_caller_does_not()
    {
        TaskCompletionSource busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(ExecutionHouse.Options, TimeProvider.System, _ => busy.Task);
        FunctionVersion function = await FunctionAsync(house, Echo, ("slow", """
            import urllib.request
            register("INVOKE")
            while True:
                next()
                urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"])
                say("done")
            """));
        Invocation invocation = ExecutionHouse.Event("1", wantsLogTail: false);

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        bool ended = house.LogLines(function).Any(line => line.StartsWith("END", StringComparison.Ordinal));
        busy.SetResult();
        await house.LogLineAsync(function, "REPORT");

        Assert.Equal("1", ExecutionHouse.Text(outcome.Payload));
        Assert.False(ended);
        string[] lines = [.. house.LogLines(function)];
        Assert.True(Array.IndexOf(lines, "slow done") < Array.IndexOf(lines, $"END RequestId: {invocation.RequestId}"));
    }

    [Fact]
    public async Task An_extension_that_did_not_register_for_invoke_is_not_waited_for()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, ("idle", """
            register("SHUTDOWN")
            say(next()["eventType"])
            """));

        using InvokeOutcome first = await house.InvokeAsync(function, "1");
        using InvokeOutcome second = await house.InvokeAsync(function, "2");

        Assert.Equal("2", ExecutionHouse.Text(second.Payload));
        Assert.DoesNotContain("idle INVOKE", house.LogLines(function));
    }

    [Fact]
    public async Task A_timeout_covers_the_extensions_and_is_told_to_them()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            """
            import signal
            signal.signal(signal.SIGTERM, lambda number, frame: (print("runtime terminated", flush=True), os._exit(0)))
            id, headers, event = next()
            time.sleep(600)
            """,
            ("observer", Observer)) with
        { TimeoutSeconds = 1 };
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        string shutdown = await house.LogLineAsync(function, "observer {\"eventType\": \"SHUTDOWN\"");

        Assert.Equal(InvokeResult.TimedOut, outcome.Result);
        Assert.Equal("timeout", Parse(shutdown).GetProperty("shutdownReason").GetString());
        string[] lines = [.. house.LogLines(function)];
        Assert.True(Array.IndexOf(lines, "runtime terminated") < Array.IndexOf(lines, shutdown));
    }

    [Fact]
    public async Task After_a_crash_everybody_starts_again_in_the_same_environment()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync(
            ExecutionHouse.Options with { MaxEnvironments = 1 }, TimeProvider.System, _ => Task.CompletedTask);
        FunctionVersion function = await FunctionAsync(
            house,
            """
            id, headers, event = next()
            respond(id, "1") if event == "1" else os._exit(3)
            while True:
                id, headers, event = next()
                os._exit(3)
            """,
            ("observer", "say('starts', os.path.exists('/tmp/seen'))\nopen('/tmp/seen', 'w')\n" + Observer));

        using InvokeOutcome crashed = await house.InvokeAsync(function, "2");
        await house.LogLineAsync(function, "observer {\"eventType\": \"SHUTDOWN\"");
        using InvokeOutcome served = await house.InvokeAsync(function, "1");

        Assert.Equal(InvokeResult.Crashed, crashed.Result);
        Assert.Contains("Runtime exited with error: exit status 3", ExecutionHouse.Text(crashed.Payload), StringComparison.Ordinal);
        Assert.Equal("1", ExecutionHouse.Text(served.Payload));
        string shutdown = house.LogLines(function).First(line => line.Contains("SHUTDOWN\"", StringComparison.Ordinal) && line.StartsWith("observer {", StringComparison.Ordinal));
        Assert.Equal("failure", Parse(shutdown).GetProperty("shutdownReason").GetString());
        Assert.Contains("observer starts True", house.LogLines(function));
    }

    [Theory]
    [InlineData("sys.exit(0)", "Extension.Crash", "exit code 0", "State: Started\tEvents: []")]
    [InlineData("register('INVOKE'); sys.exit(4)", "Extension.Crash", "exit status 4", "State: Registered\tEvents: [INVOKE]")]
    [InlineData(
        "register('INVOKE'); call('POST', 'init/error', '{}', {'Lambda-Extension-Function-Error-Type': 'Mine.Bad'}); sys.exit(5)",
        "Extension.InitError", "exit status 5", "State: InitError\tEvents: [INVOKE]\tError Type: Mine.Bad")]
    [InlineData(
        "register('INVOKE'); call('POST', 'exit/error', '{}', {'Lambda-Extension-Function-Error-Type': 'Mine.Bad'}); sys.exit(6)",
        "Extension.ExitError", "exit status 6", "State: ExitError\tEvents: [INVOKE]\tError Type: Mine.Bad")]
    public async Task An_extension_that_fails_in_init_fails_the_invocation(string script, string errorType, string message, string line)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, ("bad", script));
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(InvokeResult.Crashed, outcome.Result);
        Assert.Equal(
            $$"""{"errorType":"{{errorType}}","errorMessage":"RequestId: {{invocation.RequestId}} Error: {{message}}"}""",
            ExecutionHouse.Text(outcome.Payload));
        string[] lines = [.. house.LogLines(function)];
        Assert.Equal($"EXTENSION\tName: bad\t{line}", lines[1]);
        Assert.EndsWith($"\tPhase: init\tStatus: error\tError Type: {errorType}", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, text => text.EndsWith($"\tPhase: invoke\tStatus: error\tError Type: {errorType}", StringComparison.Ordinal));
        Assert.Contains($"RequestId: {invocation.RequestId} Error: {message}\n{errorType}", lines);
    }

    [Fact]
    public async Task An_extension_that_crashes_in_an_invocation_fails_it()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house, "id, headers, event = next()\ntime.sleep(600)", ("bad", "register('INVOKE')\nnext()\nos.kill(os.getpid(), 9)"));
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        Assert.Equal(
            $$"""{"errorType":"Extension.Crash","errorMessage":"RequestId: {{invocation.RequestId}} Error: signal: killed"}""",
            ExecutionHouse.Text(outcome.Payload));
    }

    [Fact]
    public async Task What_is_no_program_cannot_be_launched()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync(Echo) with
        {
            Layers = [await house.LayerAsync("l", ("extensions/none", "nothing"), ("extensions/folder/inner", "nothing"))],
        };

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Contains("\"errorType\":\"Extension.LaunchError\"", ExecutionHouse.Text(outcome.Payload), StringComparison.Ordinal);
        Assert.Contains("EXTENSION\tName: none\tState: LaunchError\tEvents: []\tError Type: UnknownError", house.LogLines(function));
        Assert.DoesNotContain(house.LogLines(function), line => line.Contains("folder", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10, InvokeResult.Succeeded)]
    [InlineData(11, InvokeResult.Crashed)]
    public async Task Ten_extensions_may_start_and_an_eleventh_may_not(int count, InvokeResult expected)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house, Echo, [.. Enumerable.Range(0, count).Select(number => ($"e{number:D2}", Quiet))]);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(expected, outcome.Result);
        Assert.Equal(
            count > 10, house.LogLines(function).Contains("EXTENSION\tName: e10\tState: LaunchError\tEvents: []\tError Type: TooManyExtensions"));
    }

    [Fact]
    public async Task A_kill_switch_in_a_layer_turns_extensions_off()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            """
            def extension(path):
                api.request("POST", path, '{"events":[]}', {"Lambda-Extension-Name": "x"})
                answer = api.getresponse()
                answer.read()
                return answer.status
            id, headers, event = next()
            respond(id, json.dumps(extension("/2020-01-01/extension/register")))
            next()
            """,
            ("observer", Observer));
        LayerReference killSwitch = await house.LayerAsync("off", ("disable-extensions-jwigqn8j", ""));

        using InvokeOutcome outcome = await house.InvokeAsync(function with { Layers = [.. function.Layers, killSwitch], EnvironmentKey = "off" });

        Assert.Equal("404", ExecutionHouse.Text(outcome.Payload));
        Assert.DoesNotContain(house.LogLines(function), line => line.StartsWith("EXTENSION", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Extensions_see_what_lambda_shows_them_and_find_the_sandbox_by_name()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, ("looker", """
            import socket
            status, headers, body = register("INVOKE", headers={"Lambda-Extension-Accept-Feature": "accountId"})
            say(status, body)
            say(" ".join(sorted(os.environ)))
            say(socket.gethostbyname("sandbox.localdomain"), os.getcwd())
            while True:
                next()
            """)) with
        { Environment = new Dictionary<string, string> { ["MINE"] = "1", ["_HIDDEN"] = "1" } };

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        string[] lines = [.. house.LogLines(function)];
        Assert.Equal("""looker 200 {"functionName":"f","functionVersion":"$LATEST","handler":"index.handler","accountId":"000000000000"}""", lines[1]);
        string[] names = lines[2].Split(' ')[1..];
        Assert.Contains("MINE", names);
        Assert.Contains("AWS_LAMBDA_FUNCTION_NAME", names);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", names);
        string[] hidden =
        [
            "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS",
            "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_PORT", "_HANDLER", "_HIDDEN",
        ];
        Assert.Empty(names.Intersect(hidden));
        Assert.Equal("looker 127.0.0.1 /", lines[3]);
    }

    [Fact]
    public async Task Wrong_calls_are_refused_in_lambdas_words()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, ("wrong", """
            import uuid
            def show(answer):
                say(answer[0], answer[2].strip())
            show(call("POST", "register", "{}"))
            show(call("POST", "register", "", {"Lambda-Extension-Name": name}))
            show(call("POST", "register", '{"events":["NONE"]}', {"Lambda-Extension-Name": name}))
            show(call("POST", "register", '{"events":["SHUTDOWN"]}', {"Lambda-Extension-Name": "inner"}))
            show(call("GET", "event/next"))
            show(call("GET", "event/next", None, {"Lambda-Extension-Identifier": "x"}))
            show(call("GET", "event/next", None, {"Lambda-Extension-Identifier": str(uuid.UUID(int=1))}))
            register("INVOKE")
            show(call("POST", "register", '{"events":[]}', {"Lambda-Extension-Name": name}))
            show(call("POST", "init/error", "{}"))
            show(call("POST", "exit/error", "{}", {"Lambda-Extension-Identifier": str(uuid.UUID(int=1)), "Lambda-Extension-Function-Error-Type": "E"}))
            next()
            show(call("POST", "init/error", "{}", {"Lambda-Extension-Function-Error-Type": "E"}))
            show(call("POST", "register", '{"events":[]}', {"Lambda-Extension-Name": "late"}))
            next()
            """));

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        string identifier = house.LogLines(function).Single(line => line.Contains("from Running", StringComparison.Ordinal)).Split("extension ")[1][..36];
        Assert.Equal(
            [
                Refusal("Empty extension name", "Extension.InvalidExtensionName"),
                Refusal("unexpected end of JSON input", "InvalidRequestFormat"),
                Refusal("NONE: ErrorInvalidEventType", "Extension.InvalidEventType"),
                Refusal("SHUTDOWN: ShutdownEventNotSupportedForInternalExtension", "Extension.InvalidEventType"),
                Refusal("Missing Lambda-Extension-Identifier header", "Extension.MissingExtensionIdentifier"),
                Refusal("Invalid Lambda-Extension-Identifier", "Extension.InvalidExtensionIdentifier"),
                Refusal("Unknown extension 00000000-0000-0000-0000-000000000001", "Extension.UnknownExtensionIdentifier"),
                Refusal(
                    "State transition from Registered to Registered failed for extension wrong. Error: State transition is not allowed",
                    "Extension.InvalidExtensionState"),
                Refusal("Lambda-Extension-Function-Error-Type not found", "Extension.MissingHeader"),
                Refusal("Unknown Lambda-Extension-Identifier", "Extension.UnknownExtensionIdentifier"),
                Refusal(
                    $"State transition from Running to InitError failed for extension {identifier}. Error: State transition is not allowed",
                    "Extension.InvalidExtensionState"),
                Refusal("Extension registration closed already", "Extension.RegistrationClosed"),
            ],
            house.LogLines(function).Where(line => line.StartsWith("wrong 403", StringComparison.Ordinal)));

        static string Refusal(string message, string type) => $$"""wrong 403 {"errorMessage":"{{message}}","errorType":"{{type}}"}""";
    }

    [Fact]
    public async Task An_internal_extension_lives_in_the_runtime_and_is_waited_for()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await house.PythonBootstrapAsync("""
            import threading
            inner = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            inner.request("POST", "/2020-01-01/extension/register", '{"events":["INVOKE"]}', {"Lambda-Extension-Name": "inner"})
            answer = inner.getresponse()
            answer.read()
            me = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
            def observe():
                while True:
                    inner.request("GET", "/2020-01-01/extension/event/next", None, me)
                    print("inner", json.loads(inner.getresponse().read())["eventType"], flush=True)
            threading.Thread(target=observe, daemon=True).start()
            while True:
                id, headers, event = next()
                respond(id, event)
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function, "1");

        Assert.Equal("1", ExecutionHouse.Text(outcome.Payload));
        Assert.Contains("inner INVOKE\n", ExecutionHouse.Text(outcome.LogTail), StringComparison.Ordinal);
        Assert.Contains("EXTENSION\tName: inner\tState: Ready\tEvents: [INVOKE]", house.LogLines(function));
    }

    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string bootstrap, params (string Name, string Script)[] extensions)
    {
        FunctionVersion function = await house.PythonBootstrapAsync(bootstrap);
        LayerReference layer = await house.LayerAsync(
            "extensions", [.. extensions.Select(static extension => ($"extensions/{extension.Name}", ExecutionHouse.PythonExtension + extension.Script))]);
        return function with { Layers = [layer] };
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
}

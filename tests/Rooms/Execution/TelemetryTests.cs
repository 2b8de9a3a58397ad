using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Rooms.Tests.Execution;

public sealed class TelemetryTests
{
    /// <summary>An extension that prints every event it is sent as a line of its own, beginning with "got".</summary>
    private const string Listener = """
        import http.server, socket, threading
        def got(event):
            say("got", json.dumps(event))
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                    got(event)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            protocol_version = "HTTP/1.1"
            def log_message(self, *words):
                pass
        def listen():
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        def put(path, body):
            api.request("PUT", path, json.dumps(body), me)
            answer = api.getresponse()
            return answer.status, answer.read().decode().strip()
        def subscribe(version="2022-12-13", types=["platform", "function"], path="/2022-07-01/telemetry", destination=None):
            return put(path, {"schemaVersion": version, "types": types, "buffering": {"timeoutMs": 25},
                              "destination": destination or {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080"}})
        def wait():
            while next()["eventType"] != "SHUTDOWN":
                pass

        """;

    private const string Echo = """
        while True:
            id, headers, event = next()
            print("runtime got " + event, flush=True)
            respond(id, event)
        """;

    private const string Plain = """
        register("INVOKE", "SHUTDOWN")
        listen()
        say(*subscribe())
        wait()
        """;

    [Fact]
    public async Task An_invocation_is_told_in_lambdas_order()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, Plain);
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        JsonElement[] events = await EventsAsync(house, function, "platform.report");

        Assert.Contains("listener 200 \"OK\"", house.LogLines(function));
        Assert.Contains("TELEMETRY\tName: listener\tState: Subscribed\tTypes: [Platform, Function]", house.LogLines(function));
        Assert.Equal(
            [
                "platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone", "platform.extension", "platform.initReport",
                "platform.start", "function", "platform.runtimeDone", "platform.report",
            ],
            events.Select(Type));
        Assert.Equal(
            """{"name": "listener", "state": "Subscribed", "types": ["platform", "function"]}""", Record(events, "platform.telemetrySubscription").GetRawText());
        Assert.Equal("""{"name": "listener", "state": "Ready", "events": ["INVOKE", "SHUTDOWN"]}""", Record(events, "platform.extension").GetRawText());
        Assert.Equal("runtime got 1", Record(events, "function").GetString());
        Assert.Equal(
            ["initializationType", "phase", "runtimeVersion", "runtimeVersionArn", "functionName", "functionVersion", "instanceId", "instanceMaxMemory"],
            Names(Record(events, "platform.initStart")));
        Assert.Equal(
            """{"initializationType": "on-demand", "phase": "init", "status": "success"}""", Record(events, "platform.initRuntimeDone").GetRawText());
        Assert.Equal(["durationMs"], Names(Record(events, "platform.initReport").GetProperty("metrics")));
        Assert.Equal(["requestId", "version", "tracing"], Names(Record(events, "platform.start")));
        JsonElement done = Record(events, "platform.runtimeDone");
        Assert.Equal(["requestId", "status", "tracing", "spans", "metrics"], Names(done));
        Assert.Equal(invocation.RequestId, done.GetProperty("requestId").GetString());
        Assert.Equal(["responseLatency", "responseDuration", "runtimeOverhead"], done.GetProperty("spans").EnumerateArray().Select(span => span.GetProperty("name").GetString()));
        Assert.Equal(1, done.GetProperty("metrics").GetProperty("producedBytes").GetInt32());
        JsonElement report = Record(events, "platform.report");
        Assert.Equal("success", report.GetProperty("status").GetString());
        Assert.Equal("extensionOverhead", Assert.Single(report.GetProperty("spans").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(
            ["durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"], Names(report.GetProperty("metrics")));
    }

    [Theory]
    [InlineData("time.sleep(600)", "timeout", null)]
    [InlineData("os._exit(3)", "error", "Runtime.ExitError")]
    public async Task A_failure_is_told_before_the_shutdown(string end, string status, string? errorType)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            $"""
            id, headers, event = next()
            print("last words", flush=True)
            {end}
            """,
            """
            register("INVOKE", "SHUTDOWN")
            listen()
            subscribe()
            while True:
                event = next()
                if event["eventType"] == "SHUTDOWN":
                    time.sleep(0.2) # what is on its way arrives
                    say("shutdown", event["shutdownReason"])
                    break
            """) with
        { TimeoutSeconds = 1 };

        using InvokeOutcome outcome = await house.InvokeAsync(function);
        string shutdown = await house.LogLineAsync(function, "listener shutdown");

        Assert.Equal("listener shutdown " + (status == "timeout" ? "timeout" : "failure"), shutdown);
        JsonElement[] events = [.. Events(house, function).SkipWhile(happened => Type(happened) != "platform.start")];
        Assert.Equal(["platform.start", "function", "platform.runtimeDone", "platform.report"], events.Select(Type));
        Assert.All(events[2..], happened => Assert.Equal(status, happened.GetProperty("record").GetProperty("status").GetString()));
        Assert.Equal(errorType is not null, events[3].GetProperty("record").TryGetProperty("errorType", out JsonElement type));
        Assert.Equal(errorType, errorType is null ? null : type.GetString());
    }

    /// <summary>
    /// As any error of the runtime's (Telemetry API, platform.runtimeDone and platform.report: status error, errorType). A sandbox that passes
    /// its memory limit dies whole, subscribers too: what of it is told, is told in the log, as the same objects.
    /// </summary>
    [Fact]
    public async Task Too_much_memory_is_told_as_an_error_with_the_true_maximum()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            """
            while True:
                id, headers, event = next()
                hog = [bytearray(b"x" * (1 << 20)) for number in range(4096 if event == "1" else 0)]
                respond(id, event)
            """,
            Plain) with
        { MemorySizeMiB = 256, TimeoutSeconds = 60 };
        function = function with { Settings = function.Settings with { LogFormat = "JSON", ApplicationLogLevel = "INFO", SystemLogLevel = "DEBUG" } };
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome killed = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        JsonElement[] events = PlatformLines(house, function);

        Assert.Equal(["platform.start", "platform.runtimeDone", "platform.report"], events.Select(Type).SkipWhile(type => type != "platform.start"));
        Assert.All(events[^2..], happened =>
        {
            JsonElement record = happened.GetProperty("record");
            Assert.Equal(
                (invocation.RequestId, "error", "Runtime.OutOfMemory"),
                (record.GetProperty("requestId").GetString(), record.GetProperty("status").GetString(), record.GetProperty("errorType").GetString()));
        });
        Assert.Equal(events.Select(Time).Order(), events.Select(Time));
        Assert.InRange(events[^1].GetProperty("record").GetProperty("metrics").GetProperty("maxMemoryUsedMB").GetInt32(), 240, 256);

        // All begin again: the extension subscribes anew, and is told of its own environment from its start on.
        using InvokeOutcome after = await house.InvokeAsync(function, "2");
        Assert.Equal(InvokeResult.Succeeded, after.Result);
        Assert.Equal(
            ["platform.initStart", "platform.start", "platform.runtimeDone", "platform.report"],
            // Another environment may have been begun while this one still ended: its start is told too.
            PlatformLines(house, function)[events.Length..].Select(Type)
                .Where(type => type is "platform.initStart" or "platform.start" or "platform.runtimeDone" or "platform.report").Distinct());
    }

    [Theory]
    [InlineData("2022-07-01", false)]
    [InlineData("2022-12-13", true)]
    [InlineData("2025-01-29", true)]
    public async Task What_a_function_writes_as_json_is_an_object_in_the_newer_schemas(string version, bool isObject)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            """
            while True:
                id, headers, event = next()
                print('{"level":"INFO","message":"m"}', flush=True)
                print('{"not":', flush=True)
                respond(id, event)
            """,
            $"""
            register("INVOKE")
            listen()
            subscribe("{version}", ["function", "platform"])
            wait()
            """);
        FunctionVersion json = function with { Settings = function.Settings with { LogFormat = "JSON", ApplicationLogLevel = "INFO", SystemLogLevel = "INFO" } };

        using InvokeOutcome outcome = await house.InvokeAsync(json);
        JsonElement[] lines = [.. (await EventsAsync(house, json, "platform.report")).Where(happened => Type(happened) == "function")];

        Assert.Equal(isObject ? JsonValueKind.Object : JsonValueKind.String, lines[0].GetProperty("record").ValueKind);
        Assert.Equal("{\"not\":", lines[1].GetProperty("record").GetString());
    }

    [Fact]
    public async Task Tcp_gets_a_line_for_each_event_and_extensions_can_be_watched_too()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, """
            register("INVOKE")
            server = socket.create_server(("127.0.0.1", 8081))
            def read():
                connection, address = server.accept()
                for line in connection.makefile():
                    event = json.loads(line)
                    if not str(event["record"]).startswith("listener got"):
                        got(event)
            threading.Thread(target=read, daemon=True).start()
            subscribe(types=["extension"], destination={"protocol": "TCP", "port": 8081})
            next()
            say("invoked")
            wait()
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function, "1");
        JsonElement[] events = await EventsAsync(house, function, "extension");

        Assert.Equal("listener invoked", events[0].GetProperty("record").GetString());
    }

    [Theory]
    [InlineData("2020-08-15", "platform.logsSubscription platform.extension platform.start function platform.end platform.report")]
    [InlineData("2021-03-18", "platform.logsSubscription platform.extension platform.start function platform.runtimeDone platform.end platform.report")]
    public async Task The_logs_api_has_events_of_its_own(string version, string expected)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, $"""
            register("INVOKE")
            listen()
            say(*subscribe("{version}", path="/2020-08-15/logs"))
            wait()
            """);
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);
        JsonElement[] events = await EventsAsync(house, function, "platform.report");

        Assert.Contains("LOGS\tName: listener\tState: Subscribed\tTypes: [Platform, Function]", house.LogLines(function));
        Assert.Equal(expected, string.Join(' ', events.Select(Type)));
        Assert.Equal($$"""{"requestId": "{{invocation.RequestId}}", "version": "$LATEST"}""", Record(events, "platform.start").GetRawText());
        Assert.Equal($$"""{"requestId": "{{invocation.RequestId}}"}""", Record(events, "platform.end").GetRawText());
        Assert.Equal(["requestId", "metrics"], Names(Record(events, "platform.report")));
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_kept_within_bounds_and_the_rest_is_counted()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(
            house,
            """
            while True:
                id, headers, event = next()
                for number in range(5000 if event == "1" else 0):
                    print("line")
                print("end", flush=True)
                respond(id, event)
            """,
            """
            register("INVOKE")
            count = [0]
            told = threading.Event()
            def got(event):
                if event["type"] == "function":
                    count[0] += 1
                elif event["type"] == "platform.logsDropped":
                    say("counted", count[0], json.dumps(event["record"]))
                    told.set()
            put("/2022-07-01/telemetry", {"schemaVersion": "2022-12-13", "types": ["function"], "buffering": {"maxItems": 1000, "timeoutMs": 30000},
                "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080"}})
            next()
            next()
            listen()
            told.wait() # and with it the invocation, or all would be frozen
            wait()
            """);

        using InvokeOutcome first = await house.InvokeAsync(function, "1");
        using InvokeOutcome second = await house.InvokeAsync(function, "2");
        string counted = await house.LogLineAsync(function, "listener counted");

        JsonElement dropped = JsonDocument.Parse(counted[counted.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        int delivered = int.Parse(counted.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(delivered, 1_000, 5_000);
        Assert.InRange(dropped.GetProperty("droppedRecords").GetInt32(), 1, 5_002 - delivered);
        Assert.InRange(dropped.GetProperty("droppedBytes").GetInt64(), 1, long.MaxValue);
        Assert.Equal(
            "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.", dropped.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Wrong_subscriptions_are_refused()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, Echo, """
            api.request("PUT", "/2022-07-01/telemetry", "{}")
            answer = api.getresponse()
            say(answer.status, answer.read().decode().strip())
            me["Lambda-Extension-Identifier"] = "00000000-0000-0000-0000-000000000001"
            say(*subscribe())
            register("INVOKE")
            say(*subscribe(types=[], destination={"protocol": "HTTP", "URI": "http://sandbox.localdomain"}))
            say(*subscribe("2020-08-15", types=[], path="/2020-08-15/logs"))
            say(*subscribe())
            say(*subscribe())
            say(*subscribe("2020-08-15", path="/2020-08-15/logs"))
            next()
            say(*subscribe())
            say(*subscribe("2020-08-15", path="/2020-08-15/logs"))
            wait()
            """);

        using InvokeOutcome outcome = await house.InvokeAsync(function);

        Assert.Equal(
            [
                """listener 403 {"errorMessage":"Missing Lambda-Extension-Identifier header","errorType":"Extension.MissingExtensionIdentifier"}""",
                """listener 403 {"errorMessage":"Unknown extension 00000000-0000-0000-0000-000000000001","errorType":"Extension.UnknownExtensionIdentifier"}""",
                """listener 400 {"errorMessage":"URI port is not provided; types should not be empty","errorType":"ValidationError"}""",
                """listener 400 {"errorMessage":"types should not be empty","errorType":"Logs.ValidationError"}""",
                """listener 200 "OK" """.TrimEnd(),
                """listener 200 "OK" """.TrimEnd(),
                """listener 400 {"errorMessage":"the extension is subscribed by the other of Logs API and Telemetry API already","errorType":"Logs.ValidationError"}""",
                """listener 403 {"errorMessage":"Telemetry API subscription is closed already","errorType":"Telemetry.SubscriptionClosed"}""",
                """listener 403 {"errorMessage":"Logs API subscription is closed already","errorType":"Logs.SubscriptionClosed"}""",
            ],
            house.LogLines(function).Where(line => line.StartsWith("listener ", StringComparison.Ordinal)));
    }

    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string bootstrap, string extension)
    {
        FunctionVersion function = await house.PythonBootstrapAsync(bootstrap);
        return function with { Layers = [await house.ExtensionAsync("listener", Listener + extension)] };
    }

    /// <summary>What the listener got, once it has got an event of this type.</summary>
    private static async Task<JsonElement[]> EventsAsync(ExecutionHouse house, FunctionVersion function, string last)
    {
        await foreach (LogLine line in house.Invoker.Logs.FollowAsync(function.Arn, 0, CancellationToken.None))
        {
            if (ExecutionHouse.Text(line.Message) is var text && IsEvent(text) && Type(Parse(text)) == last)
            {
                break;
            }
        }

        return Events(house, function);
    }

    /// <summary>What the log says of the platform where its format is JSON.</summary>
    private static JsonElement[] PlatformLines(ExecutionHouse house, FunctionVersion function) =>
    [
        .. house.LogLines(function)
            .Where(line => line.StartsWith("{\"time\"", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement),
    ];

    private static string Time(JsonElement happened) => happened.GetProperty("time").GetString()!;

    private static JsonElement[] Events(ExecutionHouse house, FunctionVersion function) => [.. house.LogLines(function).Where(IsEvent).Select(Parse)];

    private static bool IsEvent(string line) => line.StartsWith("listener got {", StringComparison.Ordinal);

    private static JsonElement Parse(string line) => JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).RootElement;

    private static string Type(JsonElement happened) => happened.GetProperty("type").GetString()!;

    private static JsonElement Record(JsonElement[] events, string type) => events.Single(happened => Type(happened) == type).GetProperty("record");

    private static IEnumerable<string> Names(JsonElement record) => record.EnumerateObject().Select(member => member.Name);
}

using System.Text.Json;
using Lamina.Execution;
using Lamina.Functions;

namespace Lamina.Rooms.Tests.Execution;

public sealed class JsonLogTests
{
    private const string Echo = """
        while True:
            id, headers, event = next()
            print("plain", flush=True)
            print('{"level":"debug","msg":"small"}', flush=True)
            print('{"msg":{"level":"ERROR"}}', flush=True)
            print('{"msg":"large","level":"ERROR"}', flush=True)
            if event == "2":
                os._exit(1)
            respond(id, event)
        """;

    [Theory]
    [InlineData("DEBUG", "platform.initStart platform.initRuntimeDone platform.initReport platform.start platform.runtimeDone platform.report")]
    [InlineData("INFO", "platform.initStart platform.start platform.report")]
    [InlineData("WARN", "")]
    public async Task System_lines_are_objects_and_held_to_their_level(string level, string expected)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "INFO", level);
        Invocation invocation = ExecutionHouse.Event("1");

        using InvokeOutcome outcome = await house.Invoker.InvokeAsync(function, invocation, CancellationToken.None);

        JsonElement[] lines = Platform(house, function);
        Assert.Equal(expected, string.Join(' ', lines.Select(line => line.GetProperty("type").GetString())));
        Assert.All(lines, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("time").GetString()!));
        if (level == "INFO")
        {
            JsonElement start = lines[1].GetProperty("record");
            Assert.Equal(
                $$$"""{"requestId":"{{{invocation.RequestId}}}","version":"$LATEST","tracing":{"type":"X-Amzn-Trace-Id","value":"{{{invocation.TraceId}}}"}}""",
                start.GetRawText());
            JsonElement report = lines[2].GetProperty("record");
            Assert.Equal("success", report.GetProperty("status").GetString());
            Assert.Equal(
                ["durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"],
                report.GetProperty("metrics").EnumerateObject().Select(member => member.Name));
            Assert.Equal(512, report.GetProperty("metrics").GetProperty("memorySizeMB").GetInt32());
        }
    }

    [Fact]
    public async Task A_failure_passes_every_level()
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, "INFO", "WARN");

        using InvokeOutcome outcome = await house.InvokeAsync(function, "2");

        JsonElement[] lines = Platform(house, function);
        Assert.Equal(["platform.runtimeDone", "platform.report"], lines.Select(line => line.GetProperty("type").GetString()));
        Assert.All(lines, line => Assert.Equal("error", line.GetProperty("record").GetProperty("status").GetString()));
        Assert.All(lines, line => Assert.Equal("Runtime.ExitError", line.GetProperty("record").GetProperty("errorType").GetString()));
    }

    [Theory]
    [InlineData("TRACE", 4)]
    [InlineData("INFO", 3)]
    [InlineData("ERROR", 1)]
    public async Task The_functions_lines_are_held_to_theirs(string level, int expected)
    {
        await using ExecutionHouse house = await ExecutionHouse.OpenAsync();
        FunctionVersion function = await FunctionAsync(house, level, "WARN");

        using InvokeOutcome outcome = await house.InvokeAsync(function, "1");

        Assert.Equal(expected, house.LogLines(function).Length);
        Assert.Contains("""{"msg":"large","level":"ERROR"}""", house.LogLines(function));
    }

    private static async Task<FunctionVersion> FunctionAsync(ExecutionHouse house, string applicationLevel, string systemLevel)
    {
        FunctionVersion function = await house.PythonBootstrapAsync(Echo);
        return function with
        {
            Settings = function.Settings with { LogFormat = "JSON", ApplicationLogLevel = applicationLevel, SystemLogLevel = systemLevel },
        };
    }

    private static JsonElement[] Platform(ExecutionHouse house, FunctionVersion function) =>
    [
        .. house.LogLines(function)
            .Where(line => line.StartsWith("{\"time\"", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement),
    ];
}

using System.Text.Json;

namespace Lamina.Rooms.Tests.Runtimes;

public sealed class PythonInitAndLogTests
{
    [Theory]
    [InlineData("x = 1", "nowhere.handler", "Runtime.ImportModuleError", "Unable to import module 'nowhere': No module named 'nowhere'")]
    [InlineData("x = 1", "dir/nowhere.handler", "Runtime.ImportModuleError", "Unable to import module 'dir/nowhere': No module named 'dir'")]
    [InlineData("import absent", "index.handler", "Runtime.ImportModuleError", "Unable to import module 'index': No module named 'absent'")]
    [InlineData("x = 1", "index.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'")]
    [InlineData("x = 1", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler': not enough values to unpack (expected 2, got 1)")]
    [InlineData("x = 1", "sys.handler", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module")]
    public async Task A_handler_that_cannot_be_loaded_fails_the_init(string source, string handler, string errorType, string message)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(source, handler);

        (JsonElement error, ApiRequest request, int exitCode) = await runtime.FailInitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(errorType, request.Headers["Lambda-Runtime-Function-Error-Type"]);
        Assert.Equal(errorType, error.GetProperty("errorType").GetString());
        Assert.Equal(message, error.GetProperty("errorMessage").GetString());
        Assert.Equal("", error.GetProperty("requestId").GetString());
        Assert.Equal($"[ERROR] {errorType}: {message}\rTraceback (most recent call last):", await runtime.LineAsync());
    }

    [Fact]
    public async Task A_syntax_error_names_file_and_line()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython("def handler(:\n    pass\n");

        (JsonElement error, _, _) = await runtime.FailInitAsync();

        Assert.Equal("Runtime.UserCodeSyntaxError", error.GetProperty("errorType").GetString());
        Assert.Equal("Syntax error in module 'index': invalid syntax (index.py, line 1)", error.GetProperty("errorMessage").GetString());
        Assert.Equal(
            $"  File \"{Path.Combine(runtime.Folder, "index.py")}\" Line 1\n    def handler(:\n",
            error.GetProperty("stackTrace")[0].GetString());
    }

    [Fact]
    public async Task An_exception_during_import_is_told_with_the_import_machinery_above_it()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython("raise Exception('Runtime startup fails')");

        (JsonElement error, _, _) = await runtime.FailInitAsync();

        string[] frames = [.. error.GetProperty("stackTrace").EnumerateArray().Select(frame => frame.GetString()!)];
        Assert.Equal("Exception", error.GetProperty("errorType").GetString());
        Assert.Equal("Runtime startup fails", error.GetProperty("errorMessage").GetString());
        Assert.EndsWith("in import_module\n    return _bootstrap._gcd_import(name[level:], package, level)\n", frames[0], StringComparison.Ordinal);
        Assert.Equal(
            $"  File \"{Path.Combine(runtime.Folder, "index.py")}\", line 1, in <module>\n    raise Exception('Runtime startup fails')\n",
            frames[^1]);
    }

    [Theory]
    [InlineData("pkg/sub/code.run")]
    [InlineData("pkg.sub.code.run")]
    public async Task A_handler_may_live_in_a_package(string handler)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.Start(
            "/usr/bin/python3",
            "python/bootstrap.py",
            [("pkg/__init__.py", "MARK = 'ran'"), ("pkg/sub/code.py", "import pkg\ndef run(event, context):\n    return pkg.MARK\n")],
            handler,
            []);

        Assert.Equal("\"ran\"", await runtime.InvokeAsync("{}"));
    }

    [Fact]
    public async Task An_exception_is_logged_as_one_event()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython("def handler(event, context):\n    raise KeyError('k')\n");

        await runtime.FailAsync("{}");

        Assert.Equal(
            "[ERROR] KeyError: 'k'\rTraceback (most recent call last):\r" +
            $"\u00a0\u00a0File \"{Path.Combine(runtime.Folder, "index.py")}\", line 2, in handler\r\u00a0\u00a0\u00a0\u00a0raise KeyError('k')",
            await runtime.LineAsync());
    }

    [Fact]
    public async Task Print_and_logging_leave_in_order_and_logging_knows_the_request()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(
            "import logging, sys\ndef handler(event, context):\n    print('printed é')\n    logging.info('too low')\n    logging.warning('%s', event)\n" +
            "    logging.getLogger().setLevel('INFO')\n    logging.getLogger('own').info('now')\n    sys.stdout.write('no end of line')\n");

        await runtime.InvokeAsync("\"seen\"");
        await runtime.InvokeAsync("2");

        Assert.Equal("printed é", await runtime.LineAsync());
        Assert.Matches("^\\[WARNING\\]\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\trequest-1\tseen$", await runtime.LineAsync());
        Assert.Matches("^\\[INFO\\]\t[^\t]*Z\trequest-1\tnow$", await runtime.LineAsync());
        Assert.Equal("no end of lineprinted é", await runtime.LineAsync());
    }

    [Fact]
    public async Task With_JSON_logs_a_record_is_one_object_and_levels_come_from_the_environment()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartPython(
            "import logging\ndef handler(event, context):\n    logging.info('no')\n    logging.error('é %s', 1, extra={'order': 7})\n" +
            "    try:\n        1 / 0\n    except ZeroDivisionError:\n        logging.getLogger('own').exception('failed')\n    raise ValueError('v')\n",
            "index.handler",
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "WARN"));

        await runtime.FailAsync("{}", ("Lambda-Runtime-Aws-Tenant-Id", "blue"));

        JsonElement first = JsonDocument.Parse(await runtime.LineAsync()).RootElement;
        Assert.Equal(
            ["timestamp", "level", "message", "logger", "requestId", "tenantId", "order"], first.EnumerateObject().Select(field => field.Name));
        Assert.Equal("ERROR é 1 root request-1", Fields(first, "level", "message", "logger", "requestId"));
        JsonElement second = JsonDocument.Parse(await runtime.LineAsync()).RootElement;
        Assert.Equal("ZeroDivisionError division by zero own", Fields(second, "errorType", "errorMessage", "logger"));
        Assert.Contains("index.py:handler:", second.GetProperty("location").GetString(), StringComparison.Ordinal);
        JsonElement third = JsonDocument.Parse(await runtime.LineAsync()).RootElement;
        Assert.Equal("ERROR v ValueError request-1", Fields(third, "level", "errorMessage", "errorType", "requestId"));
    }

    private static string Fields(JsonElement line, params string[] names) =>
        string.Join(' ', names.Select(name => line.GetProperty(name).GetString()));
}

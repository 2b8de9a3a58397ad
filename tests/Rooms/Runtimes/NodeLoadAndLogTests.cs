using System.Text;
using System.Text.Json;

namespace Lamina.Rooms.Tests.Runtimes;

public sealed class NodeLoadAndLogTests
{
    private const string Echo = "export const handler = async (event) => event;";

    [Theory]
    [InlineData("index.mjs", Echo, "index.handler")]
    [InlineData("dir/sub/index.mjs", Echo, "dir/sub/index.handler")]
    [InlineData("index.cjs", "exports.handler = async (event) => event;", "index.handler")]
    [InlineData("index.js", "exports.a = { b: { c: async (event) => event } };", "index.a.b.c")]
    [InlineData("node_modules/app/index.js", "exports.handler = async (event) => event;", "app.handler")]
    public async Task A_handler_is_found_by_its_name(string file, string source, string handler)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode([(file, source)], handler);

        Assert.Equal("4", await runtime.InvokeAsync("4"));
    }

    [Fact]
    public async Task A_package_of_type_module_makes_js_files_ES_modules()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            [("package.json", """{"type":"module"}"""), ("src/index.js", "import { x } from './x.js';\nexport const handler = async () => x;"), ("src/x.js", "export const x = 'imported';")],
            "src/index.handler");

        Assert.Equal("\"imported\"", await runtime.InvokeAsync("{}"));
    }

    [Theory]
    [InlineData("index.js", "const { mark } = require('layered');\nexports.handler = async () => mark;")]
    [InlineData("index.mjs", "import { mark } from 'layered';\nexport const handler = async () => mark;")]
    [InlineData("index.mjs", "export const handler = async () => (await import('layered/sub')).mark;")]
    public async Task Packages_of_a_layer_are_found_by_require_and_by_import(string file, string source)
    {
        string layer = Directory.CreateTempSubdirectory("lamina-layer-").FullName;
        try
        {
            string package = Path.Combine(layer, "nodejs/node_modules/layered");
            Directory.CreateDirectory(package);
            await File.WriteAllTextAsync(
                Path.Combine(package, "package.json"), """{"name":"layered","exports":{".":"./main.js","./sub":"./main.js"}}""");
            await File.WriteAllTextAsync(Path.Combine(package, "main.js"), "exports.mark = 'from the layer';");
            await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
                [(file, source)], "index.handler", ("NODE_PATH", $"/nowhere/node_modules:{layer}/nodejs/node_modules"));

            Assert.Equal("\"from the layer\"", await runtime.InvokeAsync("{}"));
        }
        finally
        {
            Directory.Delete(layer, recursive: true);
        }
    }

    [Theory]
    [InlineData("index.js", "", "index.handler", "Runtime.HandlerNotFound", "index.handler is undefined or not exported")]
    [InlineData("index.js", "exports.handler = 5;", "index.handler", "Runtime.HandlerNotFound", "index.handler is not a function")]
    [InlineData("index.js", "", "index", "Runtime.MalformedHandlerName", "Bad handler")]
    [InlineData("index.js", "", "../index.handler", "Runtime.MalformedHandlerName", "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.")]
    [InlineData("index.js", "exports.handler = (;", "index.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'")]
    [InlineData("index.js", "throw new TypeError('at start');", "index.handler", "TypeError", "at start")]
    [InlineData("index.mjs", "throw new TypeError('at start');", "index.handler", "TypeError", "at start")]
    public async Task A_handler_that_cannot_be_loaded_fails_the_init(
        string file, string source, string handler, string errorType, string message)
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode([(file, source)], handler);

        (JsonElement error, ApiRequest request, int exitCode) = await runtime.FailInitAsync();

        Assert.Equal(129, exitCode);
        Assert.Equal(errorType, request.Headers["Lambda-Runtime-Function-Error-Type"]);
        Assert.Equal(errorType, error.GetProperty("errorType").GetString());
        Assert.Equal(message, error.GetProperty("errorMessage").GetString());
        Assert.NotEqual(0, error.GetProperty("trace").GetArrayLength());
    }

    [Fact]
    public async Task A_missing_module_is_told_with_the_files_that_wanted_it()
    {
        await using RuntimeUnderTest runtime =
            RuntimeUnderTest.StartNode("require('absent');", "index.handler", ("LAMBDA_RUNTIME_DIR", "/var/runtime"));

        (JsonElement error, _, _) = await runtime.FailInitAsync();

        string message = $"Error: Cannot find module 'absent'\nRequire stack:\n- {Path.Combine(runtime.Folder, "index.js")}\n- /var/runtime/index.mjs";
        Assert.Equal(message, error.GetProperty("errorMessage").GetString());
        string[] line = (await runtime.LineAsync()).Split('\t');
        Assert.Equal(["undefined", "ERROR", "Uncaught Exception "], line[1..4]);
        Assert.Equal(message, JsonDocument.Parse(line[4]).RootElement.GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task An_init_that_waits_for_nothing_ends_with_status_13()
    {
        await using RuntimeUnderTest runtime =
            RuntimeUnderTest.StartNode([("index.mjs", "await new Promise(() => {});\n" + Echo)]);

        Assert.Equal(13, await runtime.ExitAsync());
    }

    [Fact]
    public async Task Console_lines_carry_time_request_and_level_and_stay_one_event()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "console.log('init');\nexports.handler = async () => { console.log('a %d\\nb', 1, { x: [2] }); console.warn('w'); throw new Error('e'); };");

        await runtime.FailAsync("{}");

        Assert.Matches("^[0-9-]+T[0-9:.]+Z\tundefined\tINFO\tinit$", await runtime.LineAsync());
        Assert.Matches("^[0-9-]+T[0-9:.]+Z\trequest-1\tINFO\ta 1\rb { x: \\[ 2 \\] }$", await runtime.LineAsync());
        Assert.Matches("^[0-9-]+T[0-9:.]+Z\trequest-1\tWARN\tw$", await runtime.LineAsync());
        string[] error = (await runtime.LineAsync()).Split('\t');
        Assert.Equal(["request-1", "ERROR", "Invoke Error "], error[1..4]);
        Assert.Equal(
            ["errorType", "errorMessage", "stack"], JsonDocument.Parse(error[4]).RootElement.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task With_JSON_logs_a_line_is_one_object_and_levels_come_from_the_environment()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "exports.handler = async () => { console.info('no'); console.warn({ order: 7 }); console.error('with', new TypeError('t')); throw new RangeError('r'); };",
            "index.handler",
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "WARN"));

        await runtime.FailAsync("{}", ("Lambda-Runtime-Aws-Tenant-Id", "blue"));

        JsonElement first = JsonDocument.Parse(await runtime.LineAsync()).RootElement;
        Assert.Equal(["timestamp", "level", "requestId", "tenantId", "message"], first.EnumerateObject().Select(field => field.Name));
        Assert.Equal("{\"order\":7}", first.GetProperty("message").GetRawText());
        JsonElement second = JsonDocument.Parse(await runtime.LineAsync()).RootElement;
        Assert.StartsWith("with TypeError: t", second.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("TypeError", second.GetProperty("errorType").GetString());
        JsonElement third = JsonDocument.Parse(await runtime.LineAsync()).RootElement.GetProperty("message");
        Assert.Equal("RangeError", third.GetProperty("errorType").GetString());
        Assert.Equal("r", third.GetProperty("errorMessage").GetString());
    }

    [Fact]
    public async Task A_streamed_response_is_sent_in_chunks_with_its_prelude()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n" +
            "  const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });\n  http.write('one,');\n  http.write({ two: 2 });\n  http.end();\n});");

        ApiRequest posted = await runtime.PostedForAsync("{}");

        Assert.EndsWith("/response", posted.Path, StringComparison.Ordinal);
        Assert.Equal("streaming", posted.Headers["Lambda-Runtime-Function-Response-Mode"]);
        Assert.Equal("application/vnd.awslambda.http-integration-response", posted.Headers["Content-Type"]);
        Assert.Equal("{\"statusCode\":201}\0\0\0\0\0\0\0\0one,{\"two\":2}", posted.Text);
        Assert.Equal("/2018-06-01/runtime/invocation/next", (await runtime.Api.ReadNextAsync()).Path);
    }

    [Fact]
    public async Task A_stream_that_breaks_tells_so_in_its_trailers()
    {
        await using RuntimeUnderTest runtime = RuntimeUnderTest.StartNode(
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('half'); throw new Error('broken'); });");

        ApiRequest posted = await runtime.PostedForAsync("{}");

        Assert.Equal("half", posted.Text);
        Assert.Equal("Error", posted.Headers["Lambda-Runtime-Function-Error-Type"]);
        string body = Encoding.UTF8.GetString(Convert.FromBase64String(posted.Headers["Lambda-Runtime-Function-Error-Body"]));
        Assert.Equal("broken", JsonDocument.Parse(body).RootElement.GetProperty("errorMessage").GetString());
        Assert.Equal("/2018-06-01/runtime/invocation/next", (await runtime.Api.ReadNextAsync()).Path);
    }
}

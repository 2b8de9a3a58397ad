using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// What Node.js has compiled of the code in layers, as a developer meets it: on a runtime that was added, since few machines have a
/// Node.js that can keep it.
/// </summary>
public sealed class StackCacheTests : IAsyncLifetime
{
    private const string Shown = "/var/cache/lamina/node/v22.";

    // Long enough to be worth it on any machine.
    private const string Slow = "const end = Date.now() + 40; while (Date.now() < end); exports.twice = (n) => 2 * n;\n";

    private const string Code = """
        const slow = require('slow');
        const { getCompileCacheDir } = require('module');
        exports.handler = async ({ n }) => ({ twice: slow.twice(n), folder: getCompileCacheDir() ?? null, arguments: process.argv.length });
        """;

    /// <summary>Tries what a process may tell and send while it initialises, and afterwards.</summary>
    private const string Hostile = """
        import http from 'node:http';
        const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
        const post = (path, body) => new Promise((resolve, reject) => http.request(
          { host, port, path, method: 'POST', headers: { 'content-length': body.length } }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode)),
        ).on('error', reject).end(body));
        const early = [await post('/lamina/cache/v22.0.0-x64-00000000-993/00000000', 'x'), await post('/lamina/primed', ''), await post('/lamina/learnt', 'loaded 50\nrequire /etc/passwd')];
        export const handler = async () => [...early, await post('/lamina/learnt', 'loaded 50\nrequire /opt/nodejs/node_modules/slow/index.js')];
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-data-").FullName;
    private LaminaServer? _server;
    private ILambdaClient? _client;
    private int _edits;

    public async ValueTask InitializeAsync()
    {
        string node = await Task.Run(ClientTools.InstallNode);
        (_server, _client) = await StartAsync();
        (int exitCode, string text) = await LaminaCommand.RunAsync(_server.Endpoint, "runtimes", "add", "nodejs22.x", "--from", node);
        Assert.True(exitCode == 0, text);
    }

    public async ValueTask DisposeAsync()
    {
        await (_client?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_second_start_finds_its_layers_compiled_and_answers_the_same()
    {
        await CreateAsync("fn", await PublishAsync(_client!, Slow), []);
        Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", await InvokeAsync("fn"));
        JsonNode cache = await WaitUntilReadyAsync("fn");
        Assert.Equal(("000000000000", 1, 0), ((string?)cache["account"], (int)cache["loaded"]!, (int)cache["uses"]!));

        await EditAsync("fn");
        Assert.StartsWith($$"""{"twice":42,"folder":"{{Shown}}""", await InvokeAsync("fn"), StringComparison.Ordinal);
        Assert.Equal(1, (int)(await FindAsync("fn"))!["uses"]!);
        (_, string shown) = await LaminaCommand.RunAsync(_server!.Endpoint, "function", "show", "fn");
        Assert.Contains("what it loads out of its layers is compiled already", shown, StringComparison.Ordinal);

        // Other layers, another cache.
        await ConfigureAsync("fn", new JsonObject { ["Layers"] = new JsonArray(await PublishAsync(_client!, $"{Slow}// other\n")) });
        Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", await InvokeAsync("fn"));

        // Another account has the same layer, and shares nothing.
        await using ILambdaClient other = ClientTools.ConnectAny(_server.Endpoint, ClientCredentials.Any with { AccessKeyId = "222222222222" });
        await CreateAsync("fn", await PublishAsync(other, Slow), [], other);
        Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", (await other.InvokeAsync("fn", """{"n":21}""")).Payload);
    }

    [Fact]
    public async Task A_function_that_wants_none_or_decides_how_Node_starts_has_none()
    {
        string layer = await PublishAsync(_client!, Slow);
        await CreateAsync("fn", layer, []);
        await InvokeAsync("fn");
        await WaitUntilReadyAsync("fn");
        foreach ((string name, string value) in ((string, string)[])[("LAMINA_PRIME", "0"), ("NODE_OPTIONS", "--stack-trace-limit=3"), ("NODE_DISABLE_COMPILE_CACHE", "1")])
        {
            await ConfigureAsync("fn", new JsonObject { ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { [name] = value } } });
            Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", await InvokeAsync("fn"));
        }

        await ConfigureAsync("fn", new JsonObject { ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["OTHER"] = "1" } } });
        Assert.Contains(Shown, await InvokeAsync("fn"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_cache_is_dropped_and_made_anew()
    {
        await CreateAsync("fn", await PublishAsync(_client!, Slow), []);
        await InvokeAsync("fn");
        await WaitUntilReadyAsync("fn");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(_folder, "stack-caches"), "*", SearchOption.AllDirectories).Where(static file => file.Contains("/node/", StringComparison.Ordinal)))
        {
            await File.AppendAllTextAsync(file, "damage");
        }

        await EditAsync("fn");
        Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", await InvokeAsync("fn"));
        await WaitUntilReadyAsync("fn");
        await EditAsync("fn");
        Assert.Contains(Shown, await InvokeAsync("fn"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_outlives_the_server_unless_the_next_is_to_keep_none()
    {
        await CreateAsync("fn", await PublishAsync(_client!, Slow), []);
        await InvokeAsync("fn");
        await WaitUntilReadyAsync("fn");

        await RestartAsync();
        Assert.Contains(Shown, await InvokeAsync("fn"), StringComparison.Ordinal);
        await RestartAsync("--stack-cache", "0");
        Assert.Equal("""{"twice":42,"folder":null,"arguments":2}""", await InvokeAsync("fn"));
        Assert.Equal(0, (long)(await ReadShellsAsync())["stackCacheLimitBytes"]!);
    }

    [Fact]
    public async Task What_a_function_makes_up_is_refused()
    {
        _ = (await _client!.CreateFunctionAsync(
            "fn", Archive.Of("index.mjs", Hostile), new JsonObject { ["Runtime"] = "nodejs22.x", ["Layers"] = new JsonArray(await PublishAsync(_client!, Slow)) })).Success;
        await _client!.WaitUntilActiveAsync("fn");

        Assert.Equal("[404,404,404,404]", await InvokeAsync("fn"));
        Assert.Equal((0, false), ((int)(await FindAsync("fn"))!["loaded"]!, (bool)(await FindAsync("fn"))!["missing"]!));
    }

    private static Task<string> PublishAsync(ILambdaClient client, string code) =>
        client.PublishLayerAsync("slow", Archive.Of("nodejs/node_modules/slow/index.js", code));

    private async Task<(LaminaServer Server, ILambdaClient Client)> StartAsync(params string[] options)
    {
        LaminaServer server = await LaminaServer.StartAsync(_folder, options);
        return (server, ClientTools.ConnectAny(server.Endpoint));
    }

    private async Task RestartAsync(params string[] options)
    {
        await _client!.DisposeAsync();
        await _server!.DisposeAsync();
        (_server, _client) = await StartAsync(options);
    }

    private Task CreateAsync(string name, string layer, JsonObject variables) => CreateAsync(name, layer, variables, _client!);

    private static async Task CreateAsync(string name, string layer, JsonObject variables, ILambdaClient client)
    {
        _ = (await client.CreateFunctionAsync(name, Archive.Of("index.js", Code), new JsonObject
        {
            ["Runtime"] = "nodejs22.x",
            ["Layers"] = new JsonArray(layer),
            ["Environment"] = new JsonObject { ["Variables"] = variables },
        })).Success;
        await client.WaitUntilActiveAsync(name);
    }

    private async Task EditAsync(string name)
    {
        _ = (await _client!.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = name,
            ["ZipFile"] = Convert.ToBase64String(Archive.Of("index.js", $"{Code}// {++_edits}\n")),
        })).Success;
        await _client!.WaitUntilUpdatedAsync(name);
    }

    private async Task ConfigureAsync(string name, JsonObject change)
    {
        change["FunctionName"] = name;
        _ = (await _client!.CallAsync("UpdateFunctionConfiguration", change)).Success;
        await _client!.WaitUntilUpdatedAsync(name);
    }

    private async Task<string> InvokeAsync(string name)
    {
        ClientAnswer answer = await _client!.InvokeAsync(name, """{"n":21}""");
        Assert.True(answer.FunctionError is null, answer.Payload);
        return answer.Payload;
    }

    private async Task<JsonNode> WaitUntilReadyAsync(string function)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            JsonNode? cache = await FindAsync(function);
            Assert.Null(cache?["fault"]);
            if (cache is not null && (bool)cache["ready"]! && !(bool)cache["missing"]!)
            {
                return cache;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    /// <summary>The one that was touched by the function's last start.</summary>
    private async Task<JsonNode?> FindAsync(string function) => (await ReadShellsAsync())["stackCaches"]!.AsArray()
        .FirstOrDefault(cache => cache!["functions"]!.AsArray().Any(name => ((string)name!).EndsWith($":{function}:$LATEST", StringComparison.Ordinal)));

    private async Task<JsonNode> ReadShellsAsync()
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        return JsonNode.Parse(await http.GetStringAsync(new Uri(_server!.Endpoint, "/_lamina/shells")))!;
    }
}

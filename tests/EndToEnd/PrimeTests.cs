using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Imports out of layers that are made before the function's code is there, as a developer meets them: edit, update, invoke.</summary>
public sealed class PrimeTests(SharedServer shared) : SharedServerTests(shared)
{
    private static readonly byte[] Layer = Archive.Of("python/slow.py", "import time\ntime.sleep(0.3)\nAT = time.monotonic()\n");

    /// <summary>Whether the layer's module was there before the code that imports it.</summary>
    private const string Early = "import time\nBEGAN = time.monotonic()\nimport slow\ndef handler(event, context): return slow.AT < BEGAN\n";

    private int _edits;

    [Fact]
    public async Task The_start_after_an_edit_finds_its_layers_imported_until_the_function_wants_none()
    {
        Assert.SkipUnless((long)(await ReadShellsAsync(Server.Endpoint))["primedLimitBytes"]! > 0, "sandboxes are made in advance as root");
        string layer = await AnyClient.PublishLayerAsync(Own("slow"), Layer);
        _ = (await AnyClient.CreateFunctionAsync(Own("fn"), Archive.Of("index.py", Early), new JsonObject { ["Layers"] = new JsonArray(layer) })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
        Assert.Equal("false", (await AnyClient.InvokeAsync(Own("fn"), "{}")).Payload);

        await WaitUntilPrimedAsync();
        await EditAsync(Early);
        ClientAnswer primed = await AnyClient.InvokeAsync(Own("fn"), "{}");
        Assert.Equal("true", primed.Payload);
        Assert.Contains("INIT_START Runtime Version: python:3.11", await LogsAsync(), StringComparison.Ordinal);
        Assert.Contains("Init Duration: ", primed.LogTail, StringComparison.Ordinal);

        await WaitUntilPrimedAsync();
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["LAMINA_PRIME"] = "0" } },
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal("false", (await AnyClient.InvokeAsync(Own("fn"), "{}")).Payload);
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task A_server_may_be_told_to_prime_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("lamina-data-").FullName;
        await using (LaminaServer server = await LaminaServer.StartAsync(folder, "--prime-memory", "0"))
        {
            JsonNode shells = await ReadShellsAsync(server.Endpoint);
            Assert.Equal(0, (long)shells["primedLimitBytes"]!);
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task EditAsync(string code)
    {
        _ = (await AnyClient.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["ZipFile"] = Convert.ToBase64String(Archive.Of("index.py", $"{code}# {++_edits}\n")),
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
    }

    /// <summary>A start teaches only where an interpreter had waited for it, and other tests use them up: another start is made until one has.</summary>
    private async Task WaitUntilPrimedAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            JsonNode? report = await FindAsync();
            if (report is not null && (bool)report["ready"]!)
            {
                return;
            }

            Assert.Null(report?["fault"]);
            if (report is null)
            {
                await EditAsync(Early);
                _ = (await AnyClient.InvokeAsync(Own("fn"), "{}")).Success;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    private async Task<string> LogsAsync()
    {
        (int exitCode, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "logs", Own("fn"));
        Assert.Equal(0, exitCode);
        return text;
    }

    private async Task<JsonNode?> FindAsync() => (await ReadShellsAsync(Server.Endpoint))["primed"]!.AsArray()
        .FirstOrDefault(report => ((string)report!["function"]!).EndsWith($":{Own("fn")}:$LATEST", StringComparison.Ordinal));

    private static async Task<JsonNode> ReadShellsAsync(Uri endpoint)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        return JsonNode.Parse(await http.GetStringAsync(new Uri(endpoint, "/_lamina/shells")))!;
    }
}

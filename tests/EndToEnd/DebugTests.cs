using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary><c>lamina invoke --debug</c>, with the protocols that debuggers speak.</summary>
public sealed class DebugTests(SharedServer shared) : SharedServerTests(shared)
{
    [Fact]
    public async Task Node_waits_for_its_inspector_and_then_runs_to_its_end_however_long_that_took()
    {
        _ = (await AnyClient.CreateFunctionAsync(
            Own("fn"),
            Archive.Of("index.js", "exports.handler = async (event, context) => ({ event, patient: context.getRemainingTimeInMillis() > 3600e3 });"),
            new JsonObject { ["Runtime"] = "nodejs22.x", ["Timeout"] = 1 })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));

        await using LaminaCommand command = LaminaCommand.Start(
            Server.Endpoint, "invoke", Own("fn"), "--debug", "--debug-port", "0", "--payload", "{\"a\":1}");
        string line = await command.LineAsync("Waiting for a debugger (inspector) on 127.0.0.1:");
        string authority = line.Split(' ').First(static word => word.StartsWith("127.0.0.1:", StringComparison.Ordinal)).TrimEnd(';');

        using ClientWebSocket inspector = await LookAsync(authority);
        Assert.Equal("""{"event":{"a":1},"patient":true}""", await command.LineAsync("patient"));
    }

    [Fact]
    public async Task A_function_that_names_a_port_waits_there_whoever_invokes_it()
    {
        int port = FreePort();
        JsonObject variables = new() { ["LAMINA_DEBUG_PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        _ = (await AnyClient.CreateFunctionAsync(
            Own("fn"),
            Archive.Of("index.js", "exports.handler = async (event, context) => ({ event, patient: context.getRemainingTimeInMillis() > 3600e3 });"),
            new JsonObject { ["Runtime"] = "nodejs22.x", ["Timeout"] = 1, ["Environment"] = new JsonObject { ["Variables"] = variables } })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
        using RawClient raw = new(Server.Endpoint);
        Task<RawAnswer> running = raw.InvokeAsync(Own("fn"), """{"a":1}""");

        using ClientWebSocket inspector = await LookAsync($"127.0.0.1:{port}");
        Assert.Equal("""{"event":{"a":1},"patient":true}""", (await running).Body);

        variables["LAMINA_DEBUG_PORT"] = "none";
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"), ["Environment"] = new JsonObject { ["Variables"] = variables.DeepClone() },
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
        Assert.Equal(
            "The function's variable LAMINA_DEBUG_PORT must be a port from 1 to 65535, not 'none'.", (await AnyClient.InvokeAsync(Own("fn"), "{}")).Message);
    }

    /// <summary>A debugger for .NET cannot be had here; that the process waits for one, as long as it takes, can be seen.</summary>
    [Fact]
    public async Task NET_waits_for_a_debugger_beyond_its_timeout_and_ends_with_who_wanted_it()
    {
        string root = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        Assert.SkipUnless(root.StartsWith("/usr/", StringComparison.Ordinal) || root.StartsWith("/opt/", StringComparison.Ordinal), $".NET stands in {root}, which sandboxes hide.");
        Archive code = new();
        string built = Path.Combine(RepositoryFolders.Root, "artifacts", "bin", "DotnetFunction", RepositoryFolders.Configuration);
        foreach (string file in Directory.EnumerateFiles(built).Where(static file => !file.EndsWith(".pdb", StringComparison.Ordinal)))
        {
            code.File(Path.GetFileName(file), await File.ReadAllBytesAsync(file));
        }

        _ = (await AnyClient.CreateFunctionAsync(Own("fn"), code.ToArray(), new JsonObject
        {
            ["Runtime"] = "dotnet10", ["Handler"] = "DotnetFunction::DotnetFunction.Function::Echo", ["Timeout"] = 1, ["MemorySize"] = 512,
        })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
        ClientAnswer without = await AnyClient.InvokeAsync(Own("fn"), "[1]");
        Assert.Equal("[1]", without.Payload);

        await using (LaminaCommand command = LaminaCommand.Start(Server.Endpoint, "invoke", Own("fn"), "--debug", "--payload", "[2]"))
        {
            await command.LineAsync("Waiting for a debugger to attach to the dotnet process that runs Lamina.Runtime.dll");
            await UntilAsync(() => Waiting().Length == 1);

            // Longer than the function may take.
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            Assert.Single(Waiting());
        }

        await UntilAsync(() => Waiting().Length == 0);
        Assert.Equal("[1]", (await AnyClient.InvokeAsync(Own("fn"), "[1]")).Payload);
    }

    [Fact]
    public async Task Python_without_debugpy_says_how_to_get_it_and_a_custom_runtime_that_it_cannot()
    {
        await AnyClient.CreateProbeAsync(Own("python"));
        (int exitCode, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "invoke", Own("python"), "--debug", "--debug-port", "0");
        Assert.Equal(1, exitCode);
        Assert.Contains("debugpy is in neither the code nor a layer", text, StringComparison.Ordinal);

        _ = (await AnyClient.CreateFunctionAsync(
            Own("custom"), new Archive().File("bootstrap", "#!/bin/sh\n", 0x1ED).ToArray(), new JsonObject { ["Runtime"] = "provided.al2023" })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("custom"));
        (exitCode, text) = await LaminaCommand.RunAsync(Server.Endpoint, "invoke", Own("custom"), "--debug");
        Assert.Equal(1, exitCode);
        Assert.Contains("those of Node.js, Python and .NET can", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Python_with_debugpy_in_a_layer_waits_for_its_client()
    {
        const string Installed = "/usr/lib/python3/dist-packages/debugpy";
        Assert.SkipUnless(Directory.Exists(Installed), "debugpy is missing: apt-get install python3-debugpy");
        Archive archive = new();
        foreach (string file in Directory.EnumerateFiles(Installed, "*.py", SearchOption.AllDirectories))
        {
            archive.File($"python/debugpy/{Path.GetRelativePath(Installed, file)}", await File.ReadAllBytesAsync(file));
        }

        string layer = await AnyClient.PublishLayerAsync(Own("debugpy"), archive.ToArray());
        await AnyClient.CreateProbeAsync(Own("fn"), new JsonObject { ["Layers"] = new JsonArray(layer), ["MemorySize"] = 512 });
        await using LaminaCommand command = LaminaCommand.Start(
            Server.Endpoint, "invoke", Own("fn"), "--debug", "--debug-port", "0", "--payload", Probe.Event("result = 6 * 7"));
        string line = await command.LineAsync("Waiting for a debugger (debugpy) on 127.0.0.1:");
        int port = int.Parse(line.Split("127.0.0.1:")[1].Split(';')[0], System.Globalization.CultureInfo.InvariantCulture);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port);
        NetworkStream adapter = client.GetStream();
        await SendAsync(adapter, """{"seq":1,"type":"request","command":"initialize","arguments":{"adapterID":"test"}}""");
        await SendAsync(adapter, """{"seq":2,"type":"request","command":"attach","arguments":{"justMyCode":false}}""");
        await ReceiveAsync(adapter, static message => (string?)message["event"] == "initialized");
        await SendAsync(adapter, """{"seq":3,"type":"request","command":"configurationDone"}""");

        Assert.Equal("42", await command.LineAsync("42"));
    }

    /// <summary>Connects to Node.js's inspector, as soon as there is one, looks at the paused program for a while, and lets it go on.</summary>
    private static async Task<ClientWebSocket> LookAsync(string authority)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        string? targets = null;
        await UntilAsync(async () =>
        {
            try
            {
                targets = await http.GetStringAsync(new Uri($"http://{authority}/json/list"));
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        ClientWebSocket inspector = new();
        await inspector.ConnectAsync(new Uri((string)JsonNode.Parse(targets!)![0]!["webSocketDebuggerUrl"]!), CancellationToken.None);
        await SendAsync(inspector, 1, "Debugger.enable");
        await SendAsync(inspector, 2, "Runtime.runIfWaitingForDebugger");
        await ReceiveAsync(inspector, static message => (string?)message["method"] == "Debugger.paused");

        // Longer than the function may take: nothing runs out while somebody looks.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await SendAsync(inspector, 3, "Debugger.resume");
        return inspector;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The processes of the function's own that were told to wait.</summary>
    private string[] Waiting() => [.. Directory.EnumerateDirectories("/proc").Where(process =>
    {
        try
        {
            string[] variables = File.ReadAllText(Path.Combine(process, "environ")).Split('\0');
            return variables.Contains($"AWS_LAMBDA_FUNCTION_NAME={Own("fn")}") && variables.Contains("LAMINA_WAIT_FOR_DEBUGGER=1");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    })];

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            // A process in a sandbox tells nobody outside of its start or its end, nor a port.
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    /// <summary>As the Debug Adapter Protocol frames its messages.</summary>
    private static async Task SendAsync(NetworkStream adapter, string json) =>
        await adapter.WriteAsync(Encoding.UTF8.GetBytes($"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    private static async Task ReceiveAsync(NetworkStream adapter, Func<JsonNode, bool> wanted)
    {
        while (true)
        {
            List<byte> head = [];
            byte[] one = new byte[1];
            while (head is not [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'])
            {
                await adapter.ReadExactlyAsync(one);
                head.Add(one[0]);
            }

            string text = Encoding.ASCII.GetString([.. head]);
            byte[] body = new byte[int.Parse(text.Split(':')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture)];
            await adapter.ReadExactlyAsync(body);
            if (wanted(JsonNode.Parse(body)!))
            {
                return;
            }
        }
    }

    private static Task SendAsync(ClientWebSocket socket, int id, string method) => socket.SendAsync(
        Encoding.UTF8.GetBytes($$"""{"id":{{id}},"method":"{{method}}"}"""), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task ReceiveAsync(ClientWebSocket socket, Func<JsonNode, bool> wanted)
    {
        byte[] buffer = new byte[1 << 20];
        while (true)
        {
            int length = 0;
            WebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (wanted(JsonNode.Parse(buffer.AsSpan(0, length))!))
            {
                return;
            }
        }
    }
}

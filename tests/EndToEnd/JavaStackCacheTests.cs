using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The archive of shared classes that is kept for a stack of layers, as a developer of a Java function meets it.</summary>
public sealed class JavaStackCacheTests(SharedServer shared) : SharedServerTests(shared)
{
    /// <summary>Enough to be worth an archive.</summary>
    private const int Classes = 80;

    // What the JVM has mapped tells which archive it uses; a class that was initialised in advance would have said so.
    private const string Function = """
        import java.nio.file.*;
        public class Function {
          static final int N = many.All.load();
          public String handle(Object event) throws Exception {
            String maps = new String(Files.readAllBytes(Paths.get("/proc/self/maps")));
            return N + " " + maps.contains("/var/cache/lamina/classes.jsa") + " " + maps.contains("/client-");
          }
        }
        """;

    private int _edits;

    [Fact]
    public async Task The_second_start_shares_the_classes_of_its_layers_and_answers_the_same()
    {
        (byte[] layer, byte[] code) = await OnItsOwnThreadAsync(Build);
        string arn = await AnyClient.PublishLayerAsync(Own("many"), layer);
        _ = (await AnyClient.CreateFunctionAsync(Own("fn"), Zip(code), new JsonObject
        {
            ["Runtime"] = "java17",
            ["Handler"] = "Function::handle",
            ["MemorySize"] = 512,
            ["Layers"] = new JsonArray(arn),
        })).Success;
        await AnyClient.WaitUntilActiveAsync(Own("fn"));
        Assert.Equal($"\"{Classes} false true\"", await InvokeAsync());
        JsonNode cache = await WaitUntilReadyAsync();
        Assert.Equal(Classes + 1, (int)cache["loaded"]!);

        await EditAsync(code);
        Assert.Equal($"\"{Classes} true false\"", await InvokeAsync());

        await ConfigureAsync("JAVA_TOOL_OPTIONS", "-Dx=y");
        Assert.Equal($"\"{Classes} false true\"", await InvokeAsync());
        await ConfigureAsync("LAMINA_PRIME", "0");
        Assert.Equal($"\"{Classes} false true\"", await InvokeAsync());
    }

    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> make) =>
        Task.Factory.StartNew(make, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static (byte[] Layer, byte[] Code) Build()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/javac") && File.Exists("/usr/bin/jar"), "A JDK is missing: apt-get install default-jdk-headless");
        string folder = Directory.CreateTempSubdirectory("lamina-classes-").FullName;
        StringBuilder many = new("package many;\npublic class All {\n  public static int load() { return 0");
        for (int i = 0; i < Classes; i++)
        {
            many.Append($" + new C{i}().one()");
        }

        many.Append("; }\n}\n");
        for (int i = 0; i < Classes; i++)
        {
            many.Append($"class C{i} {{ static {{ if (System.getenv(\"AWS_LAMBDA_FUNCTION_NAME\") == null) throw new Error(); }} int one() {{ return 1; }} }}\n");
        }

        File.WriteAllText(Path.Combine(folder, "All.java"), many.ToString());
        File.WriteAllText(Path.Combine(folder, "Function.java"), Function);
        ClientTools.Run("javac", "--release", "17", "-d", Path.Combine(folder, "layer"), Path.Combine(folder, "All.java"));
        ClientTools.Run("javac", "--release", "17", "-d", Path.Combine(folder, "code"), "-cp", Path.Combine(folder, "layer"), Path.Combine(folder, "Function.java"));
        ClientTools.Run("jar", "--create", "--file", Path.Combine(folder, "many.jar"), "-C", Path.Combine(folder, "layer"), ".");
        byte[] layer = new Archive().File("java/lib/many.jar", File.ReadAllBytes(Path.Combine(folder, "many.jar"))).ToArray();
        byte[] code = File.ReadAllBytes(Path.Combine(folder, "code", "Function.class"));
        Directory.Delete(folder, recursive: true);
        return (layer, code);
    }

    private byte[] Zip(byte[] code) => new Archive().File("Function.class", code).File("edit.txt", $"{++_edits}").ToArray();

    private async Task EditAsync(byte[] code)
    {
        _ = (await AnyClient.CallAsync("UpdateFunctionCode", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["ZipFile"] = Convert.ToBase64String(Zip(code)),
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
    }

    private async Task ConfigureAsync(string name, string value)
    {
        _ = (await AnyClient.CallAsync("UpdateFunctionConfiguration", new JsonObject
        {
            ["FunctionName"] = Own("fn"),
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { [name] = value } },
        })).Success;
        await AnyClient.WaitUntilUpdatedAsync(Own("fn"));
    }

    private async Task<string> InvokeAsync()
    {
        ClientAnswer answer = await AnyClient.InvokeAsync(Own("fn"), "{}");
        Assert.True(answer.FunctionError is null, answer.Payload);
        return answer.Payload;
    }

    private async Task<JsonNode> WaitUntilReadyAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        while (true)
        {
            JsonNode shells = JsonNode.Parse(await http.GetStringAsync(new Uri(Server.Endpoint, "/_lamina/shells"), limit.Token))!;
            JsonNode? cache = shells["stackCaches"]!.AsArray()
                .FirstOrDefault(cache => cache!["functions"]!.AsArray().Any(name => ((string)name!).EndsWith($":{Own("fn")}:$LATEST", StringComparison.Ordinal)));
            Assert.Null(cache?["fault"]);
            if (cache is not null && (bool)cache["ready"]!)
            {
                return cache;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }
}

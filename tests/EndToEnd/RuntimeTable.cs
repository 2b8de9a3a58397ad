using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// Runs every case of every runtime, two runtimes at a time on one server, whichever test asks first; the tests then read the table.
/// </summary>
public sealed partial class RuntimeTable : IAsyncLifetime
{
    private const int Limit = 6_291_556;
    private const string TooLarge = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";

    /// <summary>
    /// What AWS documents of the environment of every function, and what was recorded there by introspection, by whole matches. The addresses
    /// are ours: AWS's are of its own network. AWS_ENDPOINT_URL is added to AWS's.
    /// </summary>
    private static readonly Dictionary<string, string> Everywhere = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "ASIA[A-Z0-9]{16}",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_ENDPOINT_URL"] = @"http://127\.\d+\.\d+\.\d+:4566",
        ["AWS_LAMBDA_FUNCTION_VERSION"] = @"\$LATEST",
        ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
        ["AWS_LAMBDA_LOG_STREAM_NAME"] = @"\d{4}/\d{2}/\d{2}/\[\$LATEST\][0-9a-f]{32}",
        ["AWS_LAMBDA_RUNTIME_API"] = @"127\.\d+\.\d+\.\d+:9001",
        ["AWS_REGION"] = "us-east-1",
        ["AWS_SECRET_ACCESS_KEY"] = @"\S{40}",
        ["AWS_SESSION_TOKEN"] = @"\S{100,}",
        ["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR",
        ["AWS_XRAY_DAEMON_ADDRESS"] = @"127\.\d+\.\d+\.\d+:2000",
        ["LAMBDA_RUNTIME_DIR"] = "/var/runtime",
        ["LAMBDA_TASK_ROOT"] = "/var/task",
        ["LANG"] = @"en_US\.UTF-8",
        ["LD_LIBRARY_PATH"] = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        ["OWN"] = "own",
        ["PATH"] = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        ["TZ"] = ":UTC",
        ["_AWS_XRAY_DAEMON_ADDRESS"] = @"127\.\d+\.\d+\.\d+",
        ["_AWS_XRAY_DAEMON_PORT"] = "2000",
    };

    private readonly ConcurrentDictionary<(string Runtime, string Case), TaskCompletionSource> _results = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-table-").FullName;
    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Lazy<Task<string>> _tool;
    private readonly SharedServer _shared;
    private Task _running = Task.CompletedTask;

    public RuntimeTable(SharedServer shared)
    {
        _shared = shared;
        _tool = new Lazy<Task<string>>(PublishToolAsync);
    }

    public ValueTask InitializeAsync()
    {
        _http.BaseAddress = _shared.Server.Endpoint;
        _running = Task.Run(() => Parallel.ForEachAsync(
            TableRuntimes.All, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (runtime, _) => await RunAsync(runtime)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _running;
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The folder's content as a zip, execute bits kept.</summary>
    internal static byte[] Zip(string folder)
    {
        Archive archive = new();
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            archive.File(Path.GetRelativePath(folder, file), File.ReadAllBytes(file), (int)File.GetUnixFileMode(file));
        }

        return archive.ToArray();
    }

    internal Task ResultAsync(string runtime, string what) => Result(runtime, what).Task;

    internal Task<TableFunction> DeployAsync(string name, byte[] code, JsonObject settings) =>
        TableFunction.DeployAsync(_http, $"{name.Replace("++", "pp", StringComparison.Ordinal)}-{_suffix}", code, settings);

    internal async Task<string> PublishAsync(string name, byte[] zip)
    {
        using RawClient raw = new(_shared.Server.Endpoint);
        RawAnswer answer = await raw.PublishLayerAsync($"{name}-{_suffix}", zip);
        Assert.True(answer.IsSuccess, answer.Body);
        return (string)answer.Json["LayerVersionArn"]!;
    }

    private async Task<string> PublishToolAsync()
    {
        string layer = Directory.CreateTempSubdirectory("lamina-tool-").FullName;
        await TableRuntimes.BuildToolAsync(layer);
        byte[] zip = Zip(layer);
        Directory.Delete(layer, recursive: true);
        return await PublishAsync("tool", zip);
    }

    private TaskCompletionSource Result(string runtime, string what) =>
        _results.GetOrAdd((runtime, what), static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task RunAsync(TableRuntime runtime)
    {
        TableFunction function;
        TableFunction impatient;
        try
        {
            (function, impatient) = await DeployAsync(runtime);
        }
        catch (Exception error)
        {
            foreach (string what in runtime.Cases)
            {
                Result(runtime.Name, what).SetException(error);
            }

            return;
        }

        foreach (string what in runtime.Cases)
        {
            try
            {
                await RunAsync(runtime, what, what is "JSON log" or "timeout" ? impatient : function);
                Result(runtime.Name, what).SetResult();
            }
            catch (Exception error)
            {
                Result(runtime.Name, what).SetException(error);
            }
        }
    }

    /// <summary>Two functions of one code: one that logs text, and one that logs JSON and has little time.</summary>
    private async Task<(TableFunction Function, TableFunction Impatient)> DeployAsync(TableRuntime runtime)
    {
        string code = Directory.CreateDirectory(Path.Combine(_folder, runtime.Name)).FullName;
        await runtime.BuildAsync(code);
        JsonArray layers = runtime.IsExample ? [] : [await _tool.Value];
        if (runtime.BuildLayerAsync is not null)
        {
            string layer = Directory.CreateDirectory(Path.Combine(_folder, $"{runtime.Name}-layer")).FullName;
            await runtime.BuildLayerAsync(layer);
            layers.Add(await PublishAsync($"{runtime.Name}-layer", Zip(layer)));
        }

        byte[] zip = Zip(code);
        JsonObject settings = new()
        {
            ["Runtime"] = runtime.Id,
            ["Handler"] = runtime.Handler,
            ["MemorySize"] = runtime.MemoryMiB,
            ["Layers"] = layers,
            ["Timeout"] = 30,
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["OWN"] = "own" } },
        };
        TableFunction function = await DeployAsync(runtime.Name, zip, settings);
        settings["Timeout"] = runtime.IsExample ? 1 : 3;
        settings["LoggingConfig"] = new JsonObject { ["LogFormat"] = "JSON" };
        return (function, await DeployAsync($"{runtime.Name}-impatient", zip, settings));
    }

    private static Task RunAsync(TableRuntime runtime, string what, TableFunction function) => what switch
    {
        "hello" => HelloAsync(runtime, function),
        "error" => ErrorAsync(runtime, function),
        "context" => ContextAsync(runtime, function),
        "environment" => EnvironmentAsync(runtime, function),
        "layer" => LayerAsync(runtime, function),
        "text log" => TextLogAsync(runtime, function),
        "JSON log" => JsonLogAsync(runtime, function),
        "many" => ManyAsync(runtime, function),
        "payload" => PayloadAsync(function),
        _ => TimeoutAsync(function),
    };

    private static async Task HelloAsync(TableRuntime runtime, TableFunction function)
    {
        JsonNode answer = await function.CallAsync("""{"hello":"wörld"}""");
        Assert.Equal(runtime.Name == "nodejs20" ? "nodejs" : runtime.Name, (string?)answer["runtime"]);
        Assert.Equal("wörld", (string?)answer["event"]!["hello"]);
        Assert.Matches("^[0-9a-f-]{36}$", (string)answer["requestId"]!);
        Assert.Equal(function.Arn, (string?)answer["functionArn"]);
    }

    private static async Task ErrorAsync(TableRuntime runtime, TableFunction function)
    {
        TableAnswer answer = await function.InvokeAsync("""{"fail":true}""");
        Assert.Equal((HttpStatusCode.OK, "Unhandled"), (answer.Status, answer.FunctionError));
        JsonObject error = answer.Json!.AsObject();
        Assert.Equal(runtime.ErrorMembers.Order(StringComparer.Ordinal), error.Select(static member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal((runtime.ErrorType, "asked to fail"), ((string?)error["errorType"], (string?)error["errorMessage"]));
        if (!runtime.IsExample)
        {
            // The function's own frames, and none of the runtime's.
            string trace = (error["stackTrace"] ?? error["trace"])!.ToJsonString();
            Assert.NotEqual("[]", trace);
            Assert.DoesNotContain("lamina", trace, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(1, (int)(await function.CallAsync("""{"again":1}"""))["event"]!["again"]!);
    }

    private static async Task ContextAsync(TableRuntime runtime, TableFunction function)
    {
        JsonNode answer = await function.CallAsync("""{"context":true}""", "{\"custom\":\n{\"key\":\"välue\"}}");
        Assert.Equal(function.Name, (string?)answer["functionName"]);
        Assert.Equal(function.Arn, (string?)answer["functionArn"]);
        Assert.Equal("$LATEST", (string?)answer["functionVersion"]);
        Assert.Equal(runtime.MemoryMiB.ToString(CultureInfo.InvariantCulture), (string?)answer["memory"]);
        Assert.Equal($"/aws/lambda/{function.Name}", (string?)answer["logGroup"]);
        Assert.Matches(@"^\d{4}/\d{2}/\d{2}/\[\$LATEST\][0-9a-f]{32}$", (string)answer["logStream"]!);
        Assert.InRange((int)answer["remaining"]!, 1, 30_000);
        Assert.Equal("välue", (string?)answer["custom"]);
    }

    /// <summary>Each variable is compared; none is there besides.</summary>
    private static async Task EnvironmentAsync(TableRuntime runtime, TableFunction function)
    {
        JsonObject seen = (await function.CallAsync("""{"environment":true}""")).AsObject();

        // Python coerces the C locale where en_US.UTF-8 is not installed, and says so to its children.
        seen.Remove("LC_CTYPE");
        Dictionary<string, string> expected = new(Everywhere)
        {
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = runtime.MemoryMiB.ToString(CultureInfo.InvariantCulture),
            ["AWS_LAMBDA_FUNCTION_NAME"] = Regex.Escape(function.Name),
            ["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/aws/lambda/{Regex.Escape(function.Name)}",
            ["_HANDLER"] = Regex.Escape(runtime.Handler),
        };
        foreach ((string name, string value) in runtime.Variables)
        {
            expected[name] = value;
        }

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), seen.Select(static variable => variable.Key).Order(StringComparer.Ordinal));
        Assert.All(seen, variable => Assert.Matches($"^(?:{expected[variable.Key]})$", (string?)variable.Value));
    }

    private static async Task LayerAsync(TableRuntime runtime, TableFunction function) => Assert.Equal(
        runtime.FoundInLayer, (await function.CallAsync("""{"layer":true}""")).AsArray().Select(static found => (string?)found));

    private static async Task TextLogAsync(TableRuntime runtime, TableFunction function)
    {
        TableAnswer answer = await function.InvokeAsync("""{"log":"said"}""");
        Assert.Contains(answer.Tail.Split('\n'), line => Regex.IsMatch(line, runtime.TextLine!));
    }

    private static async Task JsonLogAsync(TableRuntime runtime, TableFunction function)
    {
        TableAnswer answer = await function.InvokeAsync("""{"log":"said"}""");
        JsonObject? line = answer.Tail.Split('\n').Where(static line => line.Contains("\"said\"", StringComparison.Ordinal))
            .Select(static line => JsonNode.Parse(line)!.AsObject()).FirstOrDefault();
        Assert.True(line is not null, answer.Tail);
        Assert.Equal(runtime.JsonMembers.Order(StringComparer.Ordinal), line.Select(static member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("said", runtime.JsonLevel), ((string?)line["message"], (string?)line["level"]));
    }

    private static async Task ManyAsync(TableRuntime runtime, TableFunction function)
    {
        int early = 0;
        TableAnswer answer = await function.InvokeAsync("""{"n":0}""");
        for (int n = 1; n < runtime.Invocations; n++)
        {
            answer = await function.InvokeAsync($$"""{"n":{{n}}}""");
            Assert.True(answer.FunctionError is null, answer.Text);
            Assert.Equal(n, (int)answer.Json!["event"]!["n"]!);
            early = n == 100 ? MemoryOf(answer) : early;
        }

        Assert.InRange(MemoryOf(answer), 1, early + runtime.GrowthMiB);
    }

    /// <summary>The answer may have 6 MB and 100 bytes, and not one more; so may the event.</summary>
    private static async Task PayloadAsync(TableFunction function)
    {
        int around = (await function.InvokeAsync(Event(10))).Body.Length - 10;
        TableAnswer largest = await function.InvokeAsync(Event(Limit - around));
        Assert.True(largest.FunctionError is null, largest.Body.Length < 2_000 ? largest.Text : "");
        Assert.Equal(Limit, largest.Body.Length);

        TableAnswer larger = await function.InvokeAsync(Event(Limit - around + 1));
        Assert.Equal("Unhandled", larger.FunctionError);
        Assert.Equal(("Function.ResponseSizeTooLarge", TooLarge), ((string?)larger.Json!["errorType"], (string?)larger.Json["errorMessage"]));

        int aroundEvent = Event(0).Length;
        TableAnswer failing = await function.InvokeAsync(Event(Limit - aroundEvent - "\"fail\":1,".Length, "\"fail\":1,"));
        Assert.Equal("asked to fail", (string?)failing.Json!["errorMessage"]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await function.InvokeAsync(Event(Limit - aroundEvent + 1))).Status);
        Assert.Equal(1, (int)(await function.CallAsync("""{"again":1}"""))["event"]!["again"]!);
    }

    private static async Task TimeoutAsync(TableFunction function)
    {
        TableAnswer answer = await function.InvokeAsync("""{"sleep":60}""");
        Assert.Equal(("Unhandled", "Sandbox.Timedout"), (answer.FunctionError, (string?)answer.Json!["errorType"]));
        Assert.Matches(@"^RequestId: [0-9a-f-]{36} Error: Task timed out after [13]\.00 seconds$", (string)answer.Json["errorMessage"]!);
    }

    private static byte[] Event(int length, string before = "") => Encoding.UTF8.GetBytes($$"""{{{before}}"data":"{{new string('x', length)}}"}""");

    private static int MemoryOf(TableAnswer answer) => int.Parse(MaxMemory().Match(answer.Tail).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Max Memory Used: (\d+) MB")]
    private static partial Regex MaxMemory();
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Lamina.Rooms.Tests.Runtimes;

/// <summary>A real interpreter with our runtime client, as a plain child process beside a scripted Runtime API.</summary>
internal sealed class RuntimeUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private int _count;

    private RuntimeUnderTest(Process process, ScriptedRuntimeApi api, string folder)
    {
        _process = process;
        Api = api;
        Folder = folder;
    }

    public ScriptedRuntimeApi Api { get; }

    /// <summary>Stands for /var/task.</summary>
    public string Folder { get; }

    public int ProcessId => _process.Id;

    public static RuntimeUnderTest StartPython(string source, string handler = "index.handler", params (string, string)[] variables) =>
        Start(Interpreter("python3"), "python/bootstrap.py", [("index.py", source)], handler, variables);

    public static RuntimeUnderTest StartNode(string source, string handler = "index.handler", params (string, string)[] variables) =>
        StartNode([("index.js", source)], handler, variables);

    public static RuntimeUnderTest StartNode(
        (string Name, string Content)[] files, string handler = "index.handler", params (string, string)[] variables) =>
        Start(Interpreter("node"), "nodejs/bootstrap.cjs", files, handler, [("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x"), .. variables]);

    public static RuntimeUnderTest Start(
        string interpreter, string entry, (string Name, string Content)[] files, string handler, (string Name, string Value)[] variables)
    {
        string folder = Directory.CreateTempSubdirectory("lamina-runtime-").FullName;
        foreach ((string name, string content) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        ScriptedRuntimeApi api = new();
        ProcessStartInfo start = new(interpreter, [Path.Combine(RepositoryRoot(), "runtimes", entry)])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        SetEnvironment(start.Environment, api.Authority, folder, handler, variables);
        return new RuntimeUnderTest(Process.Start(start)!, api, folder);
    }

    /// <summary>Expects success; returns the answer's text.</summary>
    public async Task<string> InvokeAsync(string payload, params (string, string)[] headers)
    {
        ApiRequest posted = await PostedForAsync(payload, headers);
        Assert.True(posted.Path.EndsWith("/response", StringComparison.Ordinal), posted.Text);
        return posted.Text;
    }

    /// <summary>Expects an error; returns its document.</summary>
    public async Task<JsonElement> FailAsync(string payload, params (string, string)[] headers)
    {
        ApiRequest posted = await PostedForAsync(payload, headers);
        Assert.EndsWith("/error", posted.Path, StringComparison.Ordinal);
        return JsonDocument.Parse(posted.Body).RootElement;
    }

    public async Task<ApiRequest> PostedForAsync(string payload, params (string, string)[] headers)
    {
        string requestId = $"request-{++_count}";
        ApiRequest posted = await Api.InvokeAsync(payload, requestId, headers);
        Assert.StartsWith($"/2018-06-01/runtime/invocation/{requestId}/", posted.Path, StringComparison.Ordinal);
        return posted;
    }

    /// <summary>Expects a failed init; returns the error document, after the process has ended.</summary>
    public async Task<(JsonElement Error, ApiRequest Request, int ExitCode)> FailInitAsync()
    {
        ApiRequest posted = await Api.ReadAsync();
        Assert.Equal("POST /2018-06-01/runtime/init/error", $"{posted.Method} {posted.Path}");
        await posted.AcceptAsync();
        return (JsonDocument.Parse(posted.Body).RootElement, posted, await ExitAsync());
    }

    public async Task<string> LineAsync() => await ReadToLineFeedAsync().WaitAsync(TimeSpan.FromSeconds(60));

    public Task<string> StandardErrorAsync() => _process.StandardError.ReadToEndAsync();

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        await Api.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Not ReadLine: a carriage return is part of a log line here.</summary>
    private async Task<string> ReadToLineFeedAsync()
    {
        StringBuilder line = new();
        char[] one = new char[1];
        while (await _process.StandardOutput.ReadAsync(one) == 1 && one[0] != '\n')
        {
            line.Append(one[0]);
        }

        return line.ToString();
    }

    private static void SetEnvironment(
        IDictionary<string, string?> environment, string authority, string folder, string handler, (string Name, string Value)[] variables)
    {
        environment.Clear();
        (string Name, string Value)[] all =
        [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "en_US.UTF-8"), ("TZ", ":UTC"),
            ("AWS_LAMBDA_RUNTIME_API", authority), ("LAMBDA_TASK_ROOT", folder), ("_HANDLER", handler),
            ("AWS_LAMBDA_FUNCTION_NAME", "f"), ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"), ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"), .. variables,
        ];
        foreach ((string name, string value) in all)
        {
            environment[name] = value;
        }
    }

    private static string Interpreter(string name) =>
        new[] { "/usr/bin", "/usr/local/bin" }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Select(folder => Path.Combine(folder, name))
            .First(File.Exists);

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder!, "Lamina.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder!;
    }
}

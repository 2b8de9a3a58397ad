using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Lamina.EndToEnd.Tests;

/// <summary>The real server as a process of its own, over a data folder.</summary>
internal sealed class LaminaServer : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Further options for every server: soak.sh has all functions start in fresh processes by them.</summary>
    private static readonly string[] Forced =
        Environment.GetEnvironmentVariable("LAMINA_TEST_UP")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LaminaServer(string dataFolder, string[] options)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(RepositoryFolders.Server(), ["up", "--listen", "127.0.0.1:0", "--data", dataFolder, .. Forced, .. options])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
            EnableRaisingEvents = true,
        };
        _process.StartInfo.Environment["LAMINA_HOME"] = RepositoryFolders.Root;
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Complained(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("The server ended before it was ready."));
    }

    public Uri Endpoint => _ready.Task.IsCompletedSuccessfully ? _ready.Task.Result : throw new InvalidOperationException("Not ready.");

    public int ProcessId => _process.Id;

    /// <summary>What the server wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <param name="options">Options of `lamina up`.</param>
    public static async Task<LaminaServer> StartAsync(string dataFolder, params string[] options)
    {
        LaminaServer server = new(dataFolder, options);
        server.Start();
        try
        {
            await server._ready.Task.WaitAsync(Patience);
            return server;
        }
        catch (Exception error)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"The server did not start: {server.Errors}", error);
        }
    }

    /// <summary>Starts a server that is expected to refuse, and gives its exit code and what it complained of.</summary>
    public static async Task<(int ExitCode, string Errors)> StartRefusedAsync(string dataFolder)
    {
        await using LaminaServer server = new(dataFolder, []);
        server.Start();
        _ = server._ready.Task.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
        await server._process.WaitForExitAsync().WaitAsync(Patience);
        return (server._process.ExitCode, server.Errors);
    }

    /// <summary>As the machine's power cut: no chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    public async Task<int> TerminateAsync()
    {
        Signal(SigTerm);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Resident memory in KiB.</summary>
    public long ResidentKiB()
    {
        string line = File.ReadLines($"/proc/{ProcessId}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(SigTerm);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private void Start()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Heard(string? line)
    {
        if (line?.StartsWith("ready ", StringComparison.Ordinal) == true)
        {
            _ready.TrySetResult(new Uri(line["ready ".Length..]));
        }
    }

    private void Complained(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
        }
    }

    private void Signal(int signal) => _ = Kill(ProcessId, signal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Lamina.EndToEnd.Tests;

/// <summary>The command line as a process that goes on, such as `lamina layer dev`; its lines can be waited for.</summary>
internal sealed class LaminaCommand : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigKill = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private LaminaCommand(Uri endpoint, IReadOnlyDictionary<string, string> environment, string program, string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        ClientTools.PointAt(_process.StartInfo, endpoint);
        _process.StartInfo.Environment["LAMINA_ENDPOINT"] = endpoint.ToString();
        foreach ((string name, string value) in environment)
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
    }

    public static LaminaCommand Start(Uri endpoint, params string[] arguments) =>
        Start(endpoint, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    public static LaminaCommand Start(Uri endpoint, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        LaminaCommand command = new(endpoint, environment, RepositoryFolders.CommandLine(), arguments);
        command.Start();
        return command;
    }

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Text)> RunAsync(Uri endpoint, params string[] arguments) =>
        RunAsync(endpoint, new Dictionary<string, string>(StringComparer.Ordinal), string.Empty, arguments);

    /// <summary>Runs it to its end as somebody does who sits at a terminal, and types.</summary>
    public static async Task<(int ExitCode, string Text)> RunOnTerminalAsync(Uri endpoint, string typed, params string[] arguments)
    {
        string line = string.Join(' ', arguments.Prepend(RepositoryFolders.CommandLine()).Select(static word => $"'{word}'"));
        await using LaminaCommand command = new(
            endpoint, new Dictionary<string, string>(StringComparer.Ordinal), "script", ["--quiet", "--return", "--command", line, "/dev/null"]);
        command.Start();
        return await command.EndAsync(typed);
    }

    /// <param name="input">Standard input.</param>
    public static async Task<(int ExitCode, string Text)> RunAsync(
        Uri endpoint, IReadOnlyDictionary<string, string> environment, string input, params string[] arguments)
    {
        await using LaminaCommand command = Start(endpoint, environment, arguments);
        return await command.EndAsync(input);
    }

    /// <summary>The next line, on either output, that contains the text.</summary>
    public async Task<string> LineAsync(string text)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            string line = await _lines.Reader.ReadAsync(limit.Token);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>As Ctrl-C; gives the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        _ = Kill(_process.Id, SigInt);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _ = Kill(_process.Id, SigKill);
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Start()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task<(int ExitCode, string Text)> EndAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _lines.Writer.TryComplete();
        return (_process.ExitCode, string.Join('\n', await _lines.Reader.ReadAllAsync().ToArrayAsync()));
    }

    private void Heard(string? line)
    {
        if (line is not null)
        {
            _lines.Writer.TryWrite(line);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}

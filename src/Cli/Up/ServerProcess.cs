using System.Diagnostics;

namespace Lamina.Cli.Up;

/// <summary>
/// A server of the command line's own. It ends when this process does, however that ends: a shell between them waits for the end of its standard
/// input. Keys pressed here do not reach it, so that Ctrl-C lets the command line finish with it first.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string ReadyWord = "ready ";

    /// <summary>
    /// The server's standard output is the shell's, which has no other use for it: when it ends, the server has. What a terminal's Ctrl-C sends to
    /// all of a session's programs is not for the shell either, and what ends them all (a terminal that closes) leaves it to end the server.
    /// </summary>
    internal const string Script = """
        trap '' INT
        trap : TERM HUP
        exec 3>&1 >/dev/null
        setsid "$0" up "$@" >&3 </dev/null &
        server=$!
        exec 3>&-
        cat
        kill -TERM $server 2>/dev/null
        wait $server
        """;

    /// <summary>`up` stops by itself within 10 s; what lives longer is killed.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(14);

    private readonly Process _shell;
    private readonly TimeProvider _time;

    private ServerProcess(Process shell, TimeProvider time, Uri endpoint)
    {
        _shell = shell;
        _time = time;
        Endpoint = endpoint;
        Ended = EndAsync(shell);
    }

    public Uri Endpoint { get; }

    /// <summary>Completes when the server is gone.</summary>
    public Task Ended { get; }

    /// <param name="program">The server's executable.</param>
    /// <param name="options">Of `lamina up`.</param>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, program, .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process shell = Process.Start(start) ?? throw new UnreachableException("A new process is always started.");
        try
        {
            string? line = await shell.StandardOutput.ReadLineAsync(cancellationToken);
            return line?.StartsWith(ReadyWord, StringComparison.Ordinal) == true
                ? new ServerProcess(shell, time, new Uri(line[ReadyWord.Length..].Trim()))
                : throw new CliError("The server did not start.", program, "What it says above is why; `lamina doctor` says what this machine lacks.");
        }
        catch
        {
            await StopAsync(shell, time);
            throw;
        }
    }

    public ValueTask DisposeAsync() => StopAsync(_shell, _time);

    private static async ValueTask StopAsync(Process shell, TimeProvider time)
    {
        shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit, time);
        try
        {
            await shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
        }

        shell.Dispose();
    }

    private static async Task EndAsync(Process shell)
    {
        while (await shell.StandardOutput.ReadLineAsync() is not null)
        {
            // It says nothing more before its end.
        }
    }
}

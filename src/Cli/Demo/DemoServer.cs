using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Lamina.Cli.Commands;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Demo;

/// <summary>The server that the demo talks to: one that runs already, or one of its own on a temporary folder and a free port.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const string ReadyWord = "ready ";
    private const string AnyPort = "127.0.0.1:0";

    /// <summary>`up` stops by itself within 10 s; what lives longer is killed.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process? _process;
    private readonly string? _folder;
    private readonly TimeProvider _time;
    private bool _kept;

    private DemoServer(Uri endpoint, Process? process, string? folder, TimeProvider time)
    {
        Endpoint = endpoint;
        _process = process;
        _folder = folder;
        _time = time;
    }

    public Uri Endpoint { get; }

    /// <summary>True when everything that the demo leaves goes away with the server's own folder.</summary>
    public bool OwnData => _process is not null;

    public string Description => OwnData
        ? $"{Endpoint.GetLeftPart(UriPartial.Authority)} (started for the demo, data in {_folder})"
        : $"{Endpoint.GetLeftPart(UriPartial.Authority)} (was running already)";

    public static async Task<DemoServer> FindOrStartAsync(
        CliContext context, ParseResult parsed, string home, bool keep, CancellationToken cancellationToken)
    {
        LambdaClient running = context.Client(parsed);
        if (await running.IsLaminaAsync(context.Time, cancellationToken))
        {
            return new DemoServer(running.Connection.Endpoint, null, null, context.Time);
        }

        return await context.Terminal.WithProgressAsync(
            "Starting a server", () => StartAsync(home, keep, context.Time, cancellationToken));
    }

    public async Task PrintLogAsync(TextWriter error)
    {
        const int Lines = 20;
        const int Columns = 400;
        if (_folder is not null)
        {
            string[] log = await File.ReadAllLinesAsync(LogFile(_folder), CancellationToken.None);
            await error.WriteLineAsync($"The last lines of the server's log, {LogFile(_folder)}:");
            foreach (string line in log.TakeLast(Lines))
            {
                await error.WriteLineAsync($"  {(line.Length > Columns ? $"{line.AsSpan(0, Columns)}…" : line)}");
            }
        }
    }

    public void Keep(Terminal terminal)
    {
        _kept = true;
        string endpoint = Endpoint.GetLeftPart(UriPartial.Authority);
        terminal.PrintLine(string.Empty);
        terminal.PrintLine("Everything is left running. Try:");
        terminal.PrintLine($"  export AWS_ENDPOINT_URL={endpoint} LAMINA_ENDPOINT={endpoint}");
        terminal.PrintLine("  ./lamina function list");
        terminal.PrintLine($"  ./lamina invoke {OrdersDemo.PythonFunction} --payload @examples/orders/order.json --log");
        terminal.PrintLine($"  ./lamina opt {OrdersDemo.PythonFunction}");
        if (_process is not null)
        {
            terminal.PrintLine(string.Create(CultureInfo.InvariantCulture, $"Stop it with: kill {_process.Id}; rm -r {_folder}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            return;
        }

        if (!_kept)
        {
            await StopAsync(_process, _time);
            Directory.Delete(_folder!, recursive: true);
        }

        _process.Dispose();
    }

    private static async Task<DemoServer> StartAsync(string home, bool keep, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("lamina-demo-").FullName;
        Process process = Process.Start(Command(home, folder, keep)) ?? throw new UnreachableException("A new process is always started.");
        var server = new DemoServer(await EndpointOrErrorAsync(process, folder, time, cancellationToken), process, folder, time);
        return server;
    }

    /// <summary>A shell starts the server so that its log goes to a file, and, when it is to stay, in a session of its own.</summary>
    private static ProcessStartInfo Command(string home, string folder, bool keep)
    {
        var command = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        string start = keep ? "exec setsid \"$0\"" : "exec \"$0\"";
        foreach (string argument in (ReadOnlySpan<string>)
        [
            "-c", $"{start} up --listen \"$1\" --data \"$2\" 2>\"$3\" </dev/null",
            Path.Combine(home, "lamina"), AnyPort, Path.Combine(folder, "data"), LogFile(folder),
        ])
        {
            command.ArgumentList.Add(argument);
        }

        return command;
    }

    private static async Task<Uri> EndpointOrErrorAsync(Process process, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            if (line is not null && line.StartsWith(ReadyWord, StringComparison.Ordinal))
            {
                return new Uri(line[ReadyWord.Length..].Trim());
            }
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process, time);
            Directory.Delete(folder, recursive: true);
            throw;
        }

        await StopAsync(process, time);
        string log = await File.ReadAllTextAsync(LogFile(folder), CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        throw new CliError(
            $"The server did not start: {(log.Length > 0 ? log.Trim() : "it ended without a word")}",
            "lamina up",
            "`./lamina doctor` says what this machine lacks.");
    }

    private static async Task StopAsync(Process process, TimeProvider time)
    {
        if (process.HasExited)
        {
            return;
        }

        // .NET can only kill -9; a clean stop is a signal, and every shell can send one.
        using Process? signal = Process.Start(
            "/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}")]);
        using var limit = new CancellationTokenSource(StopLimit, time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string LogFile(string folder) => Path.Combine(folder, "server.log");
}

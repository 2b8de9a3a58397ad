using System.Diagnostics;

namespace Lamina.Bench;

/// <summary>The real server, started by the same command its users type, on a data folder of its own.</summary>
internal sealed class LaminaServer : IAsyncDisposable
{
    private const string Ready = "ready ";
    private readonly Process _process;
    private bool _stopped;

    private LaminaServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Whether it is what eng/package makes.</summary>
    public bool IsNative => Folder.Contains("/artifacts/package/", StringComparison.Ordinal);

    /// <summary>The runtime clients that it gives to functions.</summary>
    public string Runtimes => Path.Combine(Folder, "lambda-runtimes");

    private string Folder => Path.GetDirectoryName(File.ResolveLinkTarget($"/proc/{_process.Id}/exe", returnFinalTarget: false)!.FullName)!;

    /// <summary>What the server's own process has in memory; `lamina` becomes it, so they have one id.</summary>
    public long ResidentBytes()
    {
        const string Field = "VmRSS:";
        string line = File.ReadLines($"/proc/{_process.Id}/status").Single(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^"kB".Length].Trim(), System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    public static async Task<LaminaServer> StartAsync(string repository, string dataFolder)
    {
        ProcessStartInfo start = new(
            Path.Combine(repository, "lamina"), ["up", "--listen", "127.0.0.1:0", "--data", dataFolder, "--log-level", "Warning"])
        {
            WorkingDirectory = repository,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                return new LaminaServer(process, new Uri(line[Ready.Length..].Trim()));
            }
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException($"./lamina up ended with {process.ExitCode} before it was ready");
    }

    /// <summary>SIGTERM, as an operator would: it stops its sandboxes by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        if (!_process.HasExited)
        {
            await Workload.RunAsync("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}

using System.Diagnostics;

namespace Lamina.Sandbox.Tests.Support;

/// <summary>A process of its own that holds sandboxes, for tests that kill it without warning.</summary>
internal sealed class KillableServer : IDisposable
{
    public const string Verb = "--hold-sandboxes";
    private const int Sandboxes = 5;

    private readonly Process _process;

    private KillableServer(Process process, int jail)
    {
        _process = process;
        JailProcessId = jail;
    }

    public int ProcessId => _process.Id;

    public int JailProcessId { get; }

    public static async Task<KillableServer> StartAsync(string runFolder, string marker)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(KillableServer).Assembly.Location, Verb, runFolder, marker])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet")
        {
            start.ArgumentList.RemoveAt(0);
        }

        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return new KillableServer(process, int.Parse(line!));
    }

    /// <summary>The other process: sandboxes with process trees whose command lines carry the marker, until killed.</summary>
    public static async Task<int> ServeAsync(string runFolder, string marker)
    {
        var host = await SandboxHost.StartAsync(new() { JailPath = JailedHost.JailPath, RunDirectory = runFolder }, CancellationToken.None);
        for (var i = 0; i < Sandboxes; i++)
        {
            var sandbox = await host.CreateAsync(JailedHost.Spec(), CancellationToken.None);
            await sandbox.StartProcessAsync(JailedHost.Program("/bin/sh", "-c", $"setsid sleep {marker} & sleep {marker}; :"), CancellationToken.None);
            await JailedHost.RunInAsync(sandbox, JailedHost.Shell("until [ $(grep -l sleep /proc/[0-9]*/comm | wc -l) -ge 2 ]; do :; done"));
        }

        Console.WriteLine(host.JailProcessId);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}

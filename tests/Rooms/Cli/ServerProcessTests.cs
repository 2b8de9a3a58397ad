using System.Diagnostics;
using System.Runtime.Versioning;
using Lamina.Cli.Up;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>The shell between `lamina up TEMPLATE` and its server, with a program in the server's place that says how it was ended.</summary>
[SupportedOSPlatform("linux")]
public sealed class ServerProcessTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task What_ends_all_of_a_terminals_programs_ends_the_server_in_order(string signal)
    {
        string said = Path.Combine(_folder.Path, "said");
        _folder.Write(
            "server",
            $"#!/bin/sh\ntrap 'echo stopped > {said}; exit 0' TERM\necho ready http://127.0.0.1:9\nwhile :; do sleep 0.05; done\n",
            Executable);
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", ServerProcess.Script, Path.Combine(_folder.Path, "server")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process shell = Process.Start(start)!;
        Assert.Equal("ready http://127.0.0.1:9", await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        // To the group: the shell and what it waits with. The server is in a session of its own.
        using Process kill = Process.Start("kill", [$"-{signal}", "--", $"-{shell.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("stopped\n", await File.ReadAllTextAsync(said, TestContext.Current.CancellationToken));
    }
}

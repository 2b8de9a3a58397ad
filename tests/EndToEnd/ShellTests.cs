using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary><c>lamina shell</c>, as a command and before a terminal.</summary>
public sealed class ShellTests(SharedServer shared) : SharedServerTests(shared)
{
    [Fact]
    public async Task A_command_runs_with_the_functions_files_variables_and_limits_and_its_exit_status_is_passed_on()
    {
        string layer = await AnyClient.PublishLayerAsync(Own("layer"), Archive.Of("own/file", "from the layer"));
        await AnyClient.CreateProbeAsync(Own("fn"), new JsonObject
        {
            ["Layers"] = new JsonArray(layer),
            ["Environment"] = new JsonObject { ["Variables"] = new JsonObject { ["OWN"] = "value" } },
        });

        (int exitCode, string text) = await LaminaCommand.RunAsync(
            Server.Endpoint, "shell", Own("fn"), "--", "/bin/sh", "-c",
            "cat /opt/own/file; echo; ls /var/task; echo $OWN $AWS_LAMBDA_FUNCTION_NAME; pwd; ulimit -n; echo to errors >&2; exit 7");

        Assert.Equal(7, exitCode);
        string[] lines = text.Split('\n');
        Assert.Equal(
            ["from the layer", "index.py", $"value {Own("fn")}", "/var/task", "1024"], lines.Where(static line => line.Length > 0 && line != "to errors"));
        Assert.Contains("to errors", lines);
        (exitCode, text) = await LaminaCommand.RunAsync(Server.Endpoint, "shell", Own("fn"), "--", "/no/such/program");
        Assert.Equal(1, exitCode);
        Assert.Contains("/no/such/program", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_goes_to_the_command_and_the_functions_own_endpoint_answers_it()
    {
        await AnyClient.CreateProbeAsync(Own("fn"));
        using Process command = Start(RepositoryFolders.CommandLine(), "shell", Own("fn"), "--", "/usr/bin/python3", "-");
        await command.StandardInput.WriteAsync("""
            import os, sys, urllib.request
            print(urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_lamina/health').status, sys.stdin.isatty())
            """);
        command.StandardInput.Close();
        Assert.Equal("200 False\n", await command.StandardOutput.ReadToEndAsync());
        await command.WaitForExitAsync();
        Assert.Equal(0, command.ExitCode);
    }

    [Fact]
    public async Task Before_a_terminal_it_is_one()
    {
        await AnyClient.CreateProbeAsync(Own("fn"));
        using Process terminal = Start("script", "-qec", $"stty rows 33 cols 101; '{RepositoryFolders.CommandLine()}' shell {Own("fn")}", "/dev/null");
        await terminal.StandardInput.WriteAsync("echo $((6 * 7)) $(stty size) $AWS_LAMBDA_FUNCTION_NAME; test -t 0 && exit 5\n");
        await terminal.StandardInput.FlushAsync();

        string shown = await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();
        Assert.Contains($"42 33 101 {Own("fn")}", shown, StringComparison.Ordinal);
        Assert.Equal(5, terminal.ExitCode);
    }

    [Fact]
    public async Task Nothing_is_left_when_the_client_goes()
    {
        await AnyClient.CreateProbeAsync(Own("fn"));
        string marker = $"{Random.Shared.Next(100_000_000, 900_000_000)}";
        await using (LaminaCommand command = LaminaCommand.Start(Server.Endpoint, "shell", Own("fn"), "--", "/bin/sh", "-c", $"echo running; sleep {marker}; true"))
        {
            await command.LineAsync("running");
            await UntilAsync(() => Processes(marker).Length > 0);
            await command.KillAsync();
        }

        await UntilAsync(() => Processes(marker).Length == 0);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    private static string[] Processes(string marker) =>
        [.. Directory.EnumerateDirectories("/proc").Where(folder => IsOf(folder, marker))];

    private static bool IsOf(string folder, string marker)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains($"sleep\0{marker}\0", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Process Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        ClientTools.PointAt(start, Server.Endpoint);
        start.Environment["LAMINA_ENDPOINT"] = Server.Endpoint.ToString();
        start.Environment["TERM"] = "xterm";
        return Process.Start(start)!;
    }
}

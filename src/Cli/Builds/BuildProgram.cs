using System.Diagnostics;
using System.Text;

namespace Lamina.Cli.Builds;

/// <summary>Runs programs that install packages. What they print is shown only when they fail.</summary>
internal static class BuildProgram
{
    private const int LinesShown = 40;

    /// <summary>Fixed, for builders that ask for the time: the oldest that a zip can say.</summary>
    private const string SourceDateEpoch = "315532800";

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public static void Require(string program, string manifest, string fix)
    {
        if (!IsInstalled(program))
        {
            throw new CliError($"{manifest} needs {program}, which is not installed.", manifest, fix);
        }
    }

    /// <summary>Throws, with what the program said last, when it fails.</summary>
    public static async Task RunAsync(Command command, CancellationToken cancellationToken)
    {
        (int exitCode, string output) = await TryRunAsync(command, cancellationToken);
        if (exitCode != 0)
        {
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            throw new CliError(
                $"{command.Program} failed with exit status {exitCode}. It said:\n{string.Join('\n', lines.TakeLast(LinesShown))}",
                $"{command.Program} {string.Join(' ', command.Arguments)}",
                "What it says above is what to mend; everything that it needs must lie in the folder that is built.");
        }
    }

    public static async Task<(int ExitCode, string Output)> TryRunAsync(Command command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            WorkingDirectory = command.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SOURCE_DATE_EPOCH"] = SourceDateEpoch;
        start.Environment["PYTHONHASHSEED"] = "0";
        foreach ((string name, string value) in command.Variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = new StringBuilder();
            await Task.WhenAll(CopyAsync(process.StandardOutput, output, cancellationToken), CopyAsync(process.StandardError, output, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output.ToString());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task CopyAsync(StreamReader reader, StringBuilder output, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }
}

internal sealed record Command(string Program, IReadOnlyList<string> Arguments, string Folder)
{
    public IReadOnlyList<(string Name, string Value)> Variables { get; init; } = [];
}

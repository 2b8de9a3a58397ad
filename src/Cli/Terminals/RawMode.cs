using System.Diagnostics;

namespace Lamina.Cli.Terminals;

/// <summary>The person's terminal hands on every key as it is pressed, and shows nothing by itself; as before when this is disposed of.</summary>
internal sealed class RawMode : IDisposable
{
    private readonly string _before;

    private RawMode(string before) => _before = before;

    /// <summary>Null when standard input or output is no terminal.</summary>
    public static RawMode? TryEnter()
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected || Run("-g") is not { } before)
        {
            return null;
        }

        _ = Run("raw", "-echo");
        return new RawMode(before.Trim());
    }

    public void Dispose() => _ = Run(_before);

    /// <summary>stty, which speaks of its standard input, ours. Null when it could not.</summary>
    private static string? Run(params string[] arguments)
    {
        ProcessStartInfo start = new("stty", arguments) { RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

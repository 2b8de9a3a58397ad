using System.Diagnostics;

namespace Lamina.Rooms.Tests.Cli;

/// <summary>The real program, started as the `lamina` script starts it, with none of the caller's settings.</summary>
internal static class LaminaProcess
{
    public static Task<LaminaOutcome> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>The program behind the verbs `up`, `doctor` and `runtimes`.</summary>
    public static Task<LaminaOutcome> RunServerAsync(params string[] arguments) =>
        RunAsync("lamina-server", new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    public static Task<LaminaOutcome> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunAsync("lamina-cli", environment, arguments);

    private static async Task<LaminaOutcome> RunAsync(string program, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(IsSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new LaminaOutcome(process.ExitCode, await output, await error);
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("AWS_", StringComparison.Ordinal) || name.StartsWith("LAMINA_", StringComparison.Ordinal);
}

internal sealed record LaminaOutcome(int ExitCode, string Output, string Error);

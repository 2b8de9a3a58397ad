using System.Diagnostics;

namespace Lamina.Sandbox.Tests.Support;

/// <summary>Programs of the host that tests need.</summary>
internal static class Tools
{
    public static Task CompileAsync(string folder, string source, string program, params string[] flags) =>
        RunAsync("cc", [.. flags, "-O1", "-o", program, Path.Combine(folder, source)]);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {await error}");
    }
}

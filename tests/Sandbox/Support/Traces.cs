using System.Diagnostics;

namespace Lamina.Sandbox.Tests.Support;

/// <summary>What a sandbox could leave behind on the host.</summary>
internal static class Traces
{
    /// <summary>Ids of the host's processes with the word in their command line.</summary>
    public static IReadOnlyList<int> Processes(string word) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit))
            .Where(pid => CommandLine(pid!).Contains(word, StringComparison.Ordinal)).Select(pid => int.Parse(pid!))];

    /// <summary>Completes when every one of the processes is gone.</summary>
    public static async Task GoneAsync(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                await process.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // gone before we looked
            }
        }
    }

    public static IReadOnlyList<string> Cgroups(string name) =>
        [.. Directory.EnumerateDirectories("/sys/fs/cgroup", name, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })];

    public static string Mounts() => File.ReadAllText("/proc/self/mountinfo");

    public static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}

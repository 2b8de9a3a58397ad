namespace Lamina.EndToEnd.Tests;

/// <summary>What a server could leave behind on the machine: processes, mounts and cgroups that were not there before.</summary>
internal sealed class Traces
{
    private readonly HashSet<string> _processes = [.. Processes()];
    private readonly HashSet<string> _mounts = [.. Mounts()];
    private readonly HashSet<string> _cgroups = [.. Cgroups()];

    /// <summary>Takes note of what is there now.</summary>
    public static Traces Note() => new();

    public void AssertNothingNewOf(string dataFolder)
    {
        string[] left =
        [
            .. Mounts().Except(_mounts).Where(mount => mount.Contains(dataFolder, StringComparison.Ordinal)),
            .. Cgroups().Except(_cgroups).Where(cgroup => !IsOfAnother(cgroup, dataFolder)),
            .. Processes().Except(_processes).Where(process => !BelongsToAnother(process, dataFolder)),
        ];
        Assert.Empty(left);
    }

    // Others share the machine: only what names us, or runs as one of ours, counts.
    private static IEnumerable<string> Processes()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            string command = Command(Path.GetFileName(folder));
            if (command.Contains("lamina-", StringComparison.Ordinal) || command.Contains("/var/runtime", StringComparison.Ordinal))
            {
                yield return $"{Path.GetFileName(folder)} {command}";
            }
        }
    }

    /// <summary>Whoever runs the tests may have servers of their own, whose functions come and go: those name another data folder.</summary>
    private static bool BelongsToAnother(string process, string dataFolder)
    {
        string id = process[..process.IndexOf(' ', StringComparison.Ordinal)];
        while (id is not ("" or "0" or "1"))
        {
            string command = Command(id);
            if (command.Contains("lamina-", StringComparison.Ordinal))
            {
                return !command.Contains(dataFolder, StringComparison.Ordinal);
            }

            id = ReadOrEmpty($"/proc/{id}/status").Split('\n').FirstOrDefault(static line => line.StartsWith("PPid:", StringComparison.Ordinal), "PPid:")[5..].Trim();
        }

        return false;
    }

    /// <summary>A jail's last argument is the name that its cgroups end with.</summary>
    private static bool IsOfAnother(string cgroup, string dataFolder) => Processes().Any(process =>
        process.Contains("lamina-jail", StringComparison.Ordinal)
        && !process.Contains(dataFolder, StringComparison.Ordinal)
        && cgroup.Contains($"lamina-{process[(process.LastIndexOf(' ') + 1)..]}", StringComparison.Ordinal));

    private static string Command(string id) => ReadOrEmpty($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();

    private static string[] Mounts() => File.ReadAllLines("/proc/self/mountinfo");

    private static IEnumerable<string> Cgroups() => Directory.Exists("/sys/fs/cgroup")
        ? Directory.EnumerateDirectories("/sys/fs/cgroup", "*lamina*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
        : [];

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return string.Empty;
        }
    }
}

using System.Collections.Immutable;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Builds;

/// <summary>
/// What lies in its place already is taken as it is: of a folder with a package manager's manifest the names that /opt gives a
/// meaning, of one without everything.
/// </summary>
internal sealed class PlainFolders(Terminal terminal, bool everything) : ILayerSource
{
    private static readonly ImmutableHashSet<string> Meaningful =
        ["python", "nodejs", "java", "ruby", "bin", "lib", "extensions", "bootstrap"];

    /// <summary>What a manifest's package manager reads or leaves behind.</summary>
    private static readonly ImmutableHashSet<string> Expected =
    [
        "requirements.txt", "package.json", "package-lock.json", "npm-shrinkwrap.json", "node_modules", "pom.xml", "target", "Gemfile", "Gemfile.lock",
    ];

    public string Name => "what is in its place";

    public bool IsIn(string folder) => everything || Entries(folder).Any(entry => Meaningful.Contains(entry.Name));

    public Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (FileSystemInfo entry in Entries(folders.Source))
        {
            if (everything || Meaningful.Contains(entry.Name))
            {
                FolderCopy.Copy(entry, Path.Combine(folders.Stage, entry.Name));
            }
            else if (!Expected.Contains(entry.Name) && entry.Extension != ".jar" && !entry.Name.StartsWith('.'))
            {
                left.Add(entry.Name);
            }
        }

        if (left.Count > 0)
        {
            string names = string.Join(", ", left.Order(StringComparer.Ordinal));
            string places = string.Join(", ", Meaningful.Order(StringComparer.Ordinal));
            terminal.Note($"Not taken: {names}. Put what the layer needs into {places}.");
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(static entry => entry.Name is not (".git" or "__pycache__"));
}

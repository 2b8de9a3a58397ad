using System.Collections.Concurrent;
using System.Collections.Immutable;
using Lamina.Execution.Extensions;

namespace Lamina.Execution;

/// <summary>What of a layer decides how a function starts.</summary>
/// <param name="TurnsExtensionsOff">It has the file that does.</param>
/// <param name="Extensions">The entries of its folder for extensions, and whether each is a file.</param>
/// <param name="HasPathFiles">It has path files of Python's (*.pth) where Python looks for them.</param>
internal sealed record LayerTraits(bool TurnsExtensionsOff, ImmutableArray<(string Name, bool IsFile)> Extensions, bool HasPathFiles)
{
    /// <param name="directory">The layer's tree.</param>
    public static LayerTraits Read(string directory) => new(
        new FileInfo(Path.Combine(directory, ExtensionFiles.KillSwitch)) is { LinkTarget: not null } or { Exists: true },
        ExtensionsIn(new DirectoryInfo(Path.Combine(directory, "extensions"))),
        HasPathFilesIn(new DirectoryInfo(Path.Combine(directory, "python"))));

    private static ImmutableArray<(string Name, bool IsFile)> ExtensionsIn(DirectoryInfo folder) => folder is not { LinkTarget: null, Exists: true }
        ? []
        // A link counts as a file, wherever it leads: that is found out by executing it.
        : [.. folder.EnumerateFileSystemInfos().Select(static entry => (entry.Name, entry is FileInfo || entry.LinkTarget is not null))];

    private static bool HasPathFilesIn(DirectoryInfo python) => May(python, static python =>
        HasAny(python) || May(In(python, "lib"), static lib => lib.EnumerateFileSystemInfos("python*").Any(static version =>
            May(new DirectoryInfo(version.FullName), static version => May(In(version, "site-packages"), HasAny)))));

    // A link leads elsewhere inside the sandbox than here: what it has is not known.
    private static bool May(DirectoryInfo folder, Func<DirectoryInfo, bool> hold) => folder.LinkTarget is not null || (folder.Exists && hold(folder));

    private static DirectoryInfo In(DirectoryInfo folder, string name) => new(Path.Combine(folder.FullName, name));

    private static bool HasAny(DirectoryInfo folder) => folder.EnumerateFileSystemInfos("*.pth").Any();
}

/// <summary>Looks into each layer once: what a tree holds never changes.</summary>
internal sealed class KnownLayers
{
    /// <summary>More are forgotten all at once: a layer costs some hundred bytes here, and 30 µs to look into.</summary>
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<string, LayerTraits> _known = new(StringComparer.Ordinal);

    /// <param name="directory">The layer's tree, held by the caller.</param>
    public LayerTraits Of(string directory)
    {
        if (_known.TryGetValue(directory, out LayerTraits? known))
        {
            return known;
        }

        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        return _known[directory] = LayerTraits.Read(directory);
    }
}

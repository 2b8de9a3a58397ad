using System.Collections.Immutable;
using Lamina.Images;

namespace Lamina.Execution.Extensions;

/// <summary>What the layers say about extensions, read from their trees: /opt shows them merged.</summary>
internal static class ExtensionFiles
{
    public const string Folder = "/opt/extensions";

    // A file of this name turns the Extensions, Telemetry and Logs API off; it is how AWS switches its own off.
    private const string KillSwitch = "disable-extensions-jwigqn8j";

    /// <summary>The same in an image's own /opt.</summary>
    public static ImmutableArray<string>? In(ImageLease image)
    {
        if (MergedFolder.List(image.Directories, "opt").ContainsKey(KillSwitch))
        {
            return null;
        }

        IEnumerable<KeyValuePair<string, bool>> files = MergedFolder.List(image.Directories, "opt/extensions").Where(static entry => !entry.Value);
        return [.. files.Select(static file => file.Key).Order(StringComparer.Ordinal)];
    }

    /// <summary>Names of the external extensions in their order; null where extensions are turned off.</summary>
    /// <param name="layers">Trees, later ones over earlier ones.</param>
    public static ImmutableArray<string>? In(ImmutableArray<string> layers)
    {
        if (layers.Any(static layer => new FileInfo(Path.Combine(layer, KillSwitch)) is { LinkTarget: not null } or { Exists: true }))
        {
            return null;
        }

        SortedDictionary<string, bool> isFile = new(StringComparer.Ordinal);
        IEnumerable<DirectoryInfo> folders = layers.Select(static layer => new DirectoryInfo(Path.Combine(layer, "extensions")));
        foreach (DirectoryInfo folder in folders.Where(static folder => folder is { LinkTarget: null, Exists: true }))
        {
            foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
            {
                // A link counts as a file, wherever it leads: that is found out by executing it.
                isFile[entry.Name] = entry is FileInfo || entry.LinkTarget is not null;
            }
        }

        return [.. isFile.Where(static entry => entry.Value).Select(static entry => entry.Key)];
    }
}

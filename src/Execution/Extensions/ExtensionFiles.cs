using System.Collections.Immutable;
using Lamina.Images;

namespace Lamina.Execution.Extensions;

/// <summary>What the layers say about extensions, read from their trees: /opt shows them merged.</summary>
internal static class ExtensionFiles
{
    public const string Folder = "/opt/extensions";

    // A file of this name turns the Extensions, Telemetry and Logs API off; it is how AWS switches its own off.
    public const string KillSwitch = "disable-extensions-jwigqn8j";

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
    /// <param name="layers">Later ones over earlier ones.</param>
    public static ImmutableArray<string>? In(ImmutableArray<LayerTraits> layers)
    {
        if (layers.Any(static layer => layer.TurnsExtensionsOff))
        {
            return null;
        }

        SortedDictionary<string, bool> isFile = new(StringComparer.Ordinal);
        foreach ((string name, bool isFileHere) in layers.SelectMany(static layer => layer.Extensions))
        {
            isFile[name] = isFileHere;
        }

        return [.. isFile.Where(static entry => entry.Value).Select(static entry => entry.Key)];
    }
}

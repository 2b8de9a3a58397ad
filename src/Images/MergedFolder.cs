using System.IO.Enumeration;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Images;

/// <summary>What a folder of an image shows: its layers laid over each other as overlayfs does it, whiteouts and opaque folders included.</summary>
public static class MergedFolder
{
    /// <summary>The entries by their names, and whether each is a folder. A link counts as none: it is not followed here, nor on the way.</summary>
    /// <param name="layers">Folders of the layers, the lowest first.</param>
    /// <param name="path">Of the folder, without a slash before it.</param>
    public static IReadOnlyDictionary<string, bool> List(IReadOnlyList<string> layers, string path)
    {
        Dictionary<string, bool> shown = new(StringComparer.Ordinal);
        HashSet<string> decided = new(StringComparer.Ordinal);
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            using SafeFileHandle root = LinuxFiles.OpenFolder(layers[i]);
            Reach reach = Look(root, path);
            if (reach.IsThere)
            {
                foreach ((string name, bool isFolder) in Entries(Path.Combine(layers[i], path)))
                {
                    bool isWhiteout = !isFolder && LinuxFiles.TryRead(root, $"{path}/{name}") is { IsWhiteout: true };
                    if (decided.Add(name) && !isWhiteout)
                    {
                        shown[name] = isFolder;
                    }
                }
            }

            if (reach.HidesLower)
            {
                break;
            }
        }

        return shown;
    }

    /// <summary>How far a layer has the path, and whether it hides what lower layers have there.</summary>
    private static Reach Look(SafeFileHandle root, string path)
    {
        bool opaque = false;
        for (int end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', end + 1))
        {
            string part = end < 0 ? path : path[..end];
            switch (LinuxFiles.TryRead(root, part))
            {
                case null:
                    return new Reach(IsThere: false, HidesLower: opaque);
                case { IsFolder: false }:
                    return new Reach(IsThere: false, HidesLower: true);
            }

            using SafeFileHandle folder = LinuxFiles.OpenFolder(root, part);
            opaque |= LinuxFiles.HasUserAttribute(folder, "overlay.opaque");
            if (end < 0)
            {
                return new Reach(IsThere: true, HidesLower: opaque);
            }
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder)> Entries(string folder) => new(
        folder,
        static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0),
        new EnumerationOptions { AttributesToSkip = 0, ReturnSpecialDirectories = false });

    private readonly record struct Reach(bool IsThere, bool HidesLower);
}

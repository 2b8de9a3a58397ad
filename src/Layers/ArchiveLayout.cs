using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// Which entries of an archive make its tree, as unzip would extract them one after another: of two files of one name the last wins;
/// where a file and a folder claim one path the first stays and the other is left out. A path through a symbolic link is refused,
/// whichever of the two entries comes first.
/// </summary>
internal sealed class ArchiveLayout
{
    /// <summary>Stands for a folder that no entry names.</summary>
    public const int Implicit = -1;

    // Deeply nested folders cost memory that the archive does not show: a few bytes of name make a hundred paths. An honest
    // archive of 20,000 files has 2 million characters.
    private const long PathCharacters = 64 * 1024 * 1024;

    private readonly ArchiveEntry[] _entries;
    private readonly Dictionary<string, int> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly HashSet<string> _links = new(StringComparer.Ordinal);
    private long _pathCharacters;

    private ArchiveLayout(ArchiveEntry[] entries)
    {
        _entries = entries;
        _byText = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (ArchiveEntry entry in entries)
        {
            if (entry.Kind == OptEntryKind.Symlink)
            {
                _links.Add(entry.Path);
            }
        }
    }

    /// <summary>Every path of the tree, with the index of the entry that makes it or <see cref="Implicit"/>.</summary>
    public static IReadOnlyDictionary<string, int> Of(ArchiveEntry[] entries)
    {
        ArchiveLayout layout = new(entries);
        for (int i = 0; i < entries.Length; i++)
        {
            layout.Place(i);
        }

        return layout._paths.Count > 0 ? layout._paths : throw ArchiveFault.Empty();
    }

    private void Place(int index)
    {
        ArchiveEntry entry = _entries[index];
        if (entry.Path.Length == 0)
        {
            return;
        }

        RefuseThroughLink(entry);
        if (!HasFolderAbove(entry.Path))
        {
            return;
        }

        if (!_paths.TryGetValue(entry.Path, out int present))
        {
            Add(entry.Path, index);
        }
        else if (IsFolder(present) == (entry.Kind == OptEntryKind.Directory))
        {
            _paths[entry.Path] = index;
        }
    }

    private void RefuseThroughLink(ArchiveEntry entry)
    {
        if (_links.Count == 0)
        {
            return;
        }

        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> links = _links.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<char> path = entry.Path;
        for (int slash = path.IndexOf('/'); slash >= 0; slash = NextSlash(path, slash))
        {
            if (links.Contains(path[..slash]))
            {
                throw ArchiveFault.At(entry.Path, $"its path leads through \"{path[..slash]}\", which another entry makes a symbolic link.");
            }
        }

        if (entry.Kind == OptEntryKind.Directory && _links.Contains(entry.Path))
        {
            throw ArchiveFault.At(entry.Path, "it is a folder, and another entry makes it a symbolic link.");
        }
    }

    /// <summary>Makes the folders above a path; false when a file is in the way.</summary>
    private bool HasFolderAbove(string path)
    {
        int last = path.LastIndexOf('/');
        if (last < 0 || (_byText.TryGetValue(path.AsSpan(0, last), out int known) && IsFolder(known)))
        {
            return true;
        }

        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = NextSlash(path, slash))
        {
            if (!_byText.TryGetValue(path.AsSpan(0, slash), out int present))
            {
                Add(path[..slash], Implicit);
            }
            else if (!IsFolder(present))
            {
                return false;
            }
        }

        return true;
    }

    private static int NextSlash(ReadOnlySpan<char> path, int slash)
    {
        int next = path[(slash + 1)..].IndexOf('/');
        return next < 0 ? next : slash + 1 + next;
    }

    private bool IsFolder(int index) => index == Implicit || _entries[index].Kind == OptEntryKind.Directory;

    private void Add(string path, int index)
    {
        _pathCharacters += path.Length;
        if (_paths.Count >= Limits.ArchiveEntries || _pathCharacters > PathCharacters)
        {
            throw ArchiveFault.At(path, $"the folders on the way make more than {Limits.ArchiveEntries} entries, or too long paths in all.");
        }

        _paths.Add(path, index);
    }
}

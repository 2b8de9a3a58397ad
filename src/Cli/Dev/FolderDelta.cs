using System.Collections.Immutable;
using System.Globalization;
using Lamina.Cli.Archives;

namespace Lamina.Cli.Dev;

/// <summary>What has to be sent of a folder next.</summary>
/// <param name="Whole">Otherwise the entries are what changed since the last whole, with the folders they lie in.</param>
/// <param name="Changed">Names of files that are new or different since the last update.</param>
/// <param name="RemovedCount">Files that were there at the last update.</param>
internal sealed record FolderUpdate(
    bool Whole, ImmutableArray<FolderEntry> Entries, ImmutableArray<FolderEntry> All, IReadOnlyList<string> Changed, int RemovedCount)
{
    private const int NamesShown = 3;

    /// <summary>For people: what is new, and how much is gone.</summary>
    public string Difference
    {
        get
        {
            string names = string.Join(", ", Changed.Take(NamesShown));
            string changed = Changed.Count switch
            {
                0 => "no file changed",
                <= NamesShown => $"{names} changed",
                _ => string.Create(CultureInfo.InvariantCulture, $"{names} and {Changed.Count - NamesShown} more changed"),
            };
            return RemovedCount == 0 ? changed : string.Create(CultureInfo.InvariantCulture, $"{changed}, {RemovedCount} removed");
        }
    }
}

/// <summary>
/// Compares a folder with what was sent of it. What changed is laid over the last whole; only what cannot be said so, a removal,
/// or is no less to send, needs the whole again.
/// </summary>
internal sealed class FolderDelta
{
    private readonly HashSet<string> _changedSinceWhole = new(StringComparer.Ordinal);
    private Dictionary<string, FolderEntry>? _whole;
    private Dictionary<string, FolderEntry> _last = [];

    /// <summary>Null when nothing is different.</summary>
    public FolderUpdate? Compare(ImmutableArray<FolderEntry> now, FolderChanges changes)
    {
        string[] changed = [.. now
            .Where(entry => _last.GetValueOrDefault(entry.Name) != entry || (changes.Touch(entry.Path) && !entry.Name.EndsWith('/')))
            .Select(static entry => entry.Name)];
        HashSet<string> names = [.. now.Select(static entry => entry.Name)];
        string[] removed = [.. _last.Keys.Where(name => !names.Contains(name))];
        if (changed.Length == 0 && removed.Length == 0)
        {
            return null;
        }

        string[] changedFiles = [.. changed.Where(static name => !name.EndsWith('/'))];
        int removedFiles = removed.Count(static name => !name.EndsWith('/'));
        return Over(now, names, changed) is { } entries
            ? new FolderUpdate(Whole: false, entries, now, changedFiles, removedFiles)
            : new FolderUpdate(Whole: true, now, now, changedFiles, removedFiles);
    }

    public void Sent(FolderUpdate update)
    {
        _last = update.All.ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
        if (update.Whole)
        {
            _whole = _last;
            _changedSinceWhole.Clear();
        }
        else
        {
            _changedSinceWhole.UnionWith(update.Entries.Select(static entry => entry.Name));
        }
    }

    /// <summary>Nobody knows what arrived: the whole is sent next.</summary>
    public void Forget() => _whole = null;

    /// <summary>What lies over the last whole now; null when the whole itself has to be sent.</summary>
    private ImmutableArray<FolderEntry>? Over(ImmutableArray<FolderEntry> now, HashSet<string> names, string[] changed)
    {
        if (_whole is null || _whole.Keys.Any(name => !names.Contains(name)))
        {
            return null;
        }

        HashSet<string> over = [.. changed, .. _changedSinceWhole];
        foreach (string name in over.ToArray())
        {
            for (int end = name.TrimEnd('/').LastIndexOf('/'); end > 0; end = name.LastIndexOf('/', end - 1))
            {
                over.Add(name[..(end + 1)]);
            }
        }

        ImmutableArray<FolderEntry> entries = [.. now.Where(entry => over.Contains(entry.Name))];
        long overBytes = entries.Sum(static entry => entry.SizeBytes);
        return !entries.IsEmpty && 2 * overBytes <= now.Sum(static entry => entry.SizeBytes) ? entries : null;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Logs;

/// <summary>The groups' files, opened when they are first used, closed and removed with their group.</summary>
public sealed class LogStore : IAsyncDisposable
{
    private readonly string _directory;
    private readonly OpenLogs _files = new(Limits.OpenLogGroups);
    private readonly ConcurrentDictionary<string, Lazy<GroupLog>> _open = new(StringComparer.Ordinal);

    private LogStore(string directory) => _directory = directory;

    /// <summary>Folders whose group's deletion was durable and then interrupted are removed now.</summary>
    public static LogStore Open(string directory, ICatalog catalog)
    {
        Directory.CreateDirectory(directory);
        LogStore store = new(directory);
        HashSet<string> named = [.. LogsDocuments.All(catalog.Current).Select(static group => group.Folder)];
        foreach (string folder in Directory.EnumerateDirectories(directory).Where(folder => !named.Contains(Path.GetFileName(folder))))
        {
            Directory.Delete(folder, recursive: true);
        }

        return store;
    }

    internal GroupLog Of(LogGroup group) => _open.GetOrAdd(
        group.Folder, static (folder, store) => new Lazy<GroupLog>(() => GroupLog.Open(Path.Combine(store._directory, folder), store._files)), this).Value;

    internal void Remove(LogGroup group) => Remove(group.Folder);

    /// <summary>For a catalog that has forgotten every group.</summary>
    public void RemoveAll()
    {
        foreach (string folder in _open.Keys)
        {
            Remove(folder);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (Lazy<GroupLog> log in _open.Values)
        {
            log.Value.Flush();
            log.Value.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private void Remove(string folder)
    {
        if (_open.TryRemove(folder, out Lazy<GroupLog>? log))
        {
            log.Value.Dispose();
        }

        string path = Path.Combine(_directory, folder);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    internal static string NewFolder() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}

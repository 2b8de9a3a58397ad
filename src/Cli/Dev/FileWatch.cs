using System.Threading.Channels;

namespace Lamina.Cli.Dev;

/// <summary>Tells when one of some files changed, however an editor saves: in place, or by putting another file under the name.</summary>
internal sealed class FileWatch(TimeProvider time) : IDisposable
{
    /// <summary>A save is several changes within a few milliseconds.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Dictionary<string, FileSystemWatcher> _folders = new(StringComparer.Ordinal);
    private volatile HashSet<string> _files = [];

    /// <param name="paths">Full paths, in the place of those before.</param>
    public void Follow(IEnumerable<string> paths)
    {
        HashSet<string> files = new(paths, StringComparer.Ordinal);
        _files = files;
        HashSet<string> folders = [.. files.Select(static file => Path.GetDirectoryName(file)!)];
        foreach (string gone in _folders.Keys.Where(folder => !folders.Contains(folder)).ToArray())
        {
            _folders.Remove(gone, out FileSystemWatcher? watcher);
            watcher?.Dispose();
        }

        foreach (string folder in folders.Where(folder => !_folders.ContainsKey(folder) && Directory.Exists(folder)))
        {
            _folders[folder] = Watch(folder);
        }
    }

    /// <summary>Waits for a change, then until there was none for a moment.</summary>
    public async Task NextAsync(CancellationToken cancellationToken)
    {
        await _signals.Reader.ReadAsync(cancellationToken);
        do
        {
            await Task.Delay(Quiet, time, cancellationToken);
        }
        while (_signals.Reader.TryRead(out _));
    }

    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _folders.Values)
        {
            watcher.Dispose();
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Created += (_, change) => Saw(change.FullPath);
        watcher.Changed += (_, change) => Saw(change.FullPath);
        watcher.Deleted += (_, change) => Saw(change.FullPath);
        watcher.Renamed += (_, change) => Saw(change.FullPath);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Saw(string path)
    {
        if (_files.Contains(path))
        {
            _signals.Writer.TryWrite(true);
        }
    }
}

using System.Threading.Channels;

namespace Lamina.Cli.Dev;

/// <summary>
/// Tells when something in a folder changed. What changed is found by looking: the system's word only says when to look, and
/// which files to take as changed though size and time are the same.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    /// <summary>An editor's save is several changes within a few milliseconds, a build's many more.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(30);

    /// <summary>So long a folder may go on changing before it is looked at all the same.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly FileSystemWatcher? _parent;
    private FileSystemWatcher? _inside;
    private HashSet<string> _paths = new(StringComparer.Ordinal);
    private bool _everything;
    private Exception? _failure;

    /// <param name="folder">A full path, no symlink.</param>
    public FolderWatch(string folder, TimeProvider time)
    {
        _folder = folder;
        _time = time;
        _inside = WatchInside();
        _parent = WatchParent();
    }

    /// <summary>Waits for a change, then until there was none for a moment.</summary>
    public async Task<FolderChanges> NextAsync(CancellationToken cancellationToken)
    {
        await _signals.Reader.ReadAsync(cancellationToken);
        long first = _time.GetTimestamp();
        while (_time.GetElapsedTime(first) < Longest && await IsSignalledAsync(cancellationToken))
        {
            _signals.Reader.TryRead(out _);
        }

        lock (_lock)
        {
            if (_failure is not null)
            {
                throw new CliError(
                    $"The folder cannot be watched: {_failure.Message}",
                    _folder,
                    "Raise the limit, for example: sysctl fs.inotify.max_user_watches=524288",
                    _failure);
            }

            var changes = new FolderChanges(_paths, _everything);
            _paths = new HashSet<string>(StringComparer.Ordinal);
            _everything = false;
            return changes;
        }
    }

    public void Dispose()
    {
        _parent?.Dispose();
        lock (_lock)
        {
            _inside?.Dispose();
        }
    }

    private async Task<bool> IsSignalledAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _signals.Reader.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(Quiet, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private FileSystemWatcher WatchInside()
    {
        var watcher = new FileSystemWatcher(_folder)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size
                | NotifyFilters.Attributes | NotifyFilters.CreationTime,
        };
        watcher.Created += (_, change) => Saw(change.FullPath);
        watcher.Changed += (_, change) => Saw(change.FullPath);
        watcher.Deleted += (_, change) => Saw(change.FullPath);
        watcher.Renamed += (_, change) => Saw(change.FullPath);
        watcher.Error += (_, error) => Failed(error.GetException());
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>A build that removes its folder and makes it again takes the watch inside with it.</summary>
    private FileSystemWatcher? WatchParent()
    {
        if (Path.GetDirectoryName(_folder) is not { } parent)
        {
            return null;
        }

        var watcher = new FileSystemWatcher(parent, Path.GetFileName(_folder)) { NotifyFilter = NotifyFilters.DirectoryName };
        watcher.Created += (_, _) => Renew();
        watcher.Renamed += (_, change) => Renew();
        watcher.Deleted += (_, _) => Renew();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Renew()
    {
        lock (_lock)
        {
            _inside?.Dispose();
            _inside = null;
            _everything = true;
            try
            {
                _inside = Directory.Exists(_folder) ? WatchInside() : null;
            }
            catch (Exception gone) when (gone is ArgumentException or IOException)
            {
                // Removed again meanwhile; its next creation is seen as this one was.
            }
        }

        _signals.Writer.TryWrite(true);
    }

    private void Saw(string path)
    {
        lock (_lock)
        {
            _paths.Add(path);
        }

        _signals.Writer.TryWrite(true);
    }

    private void Failed(Exception failure)
    {
        lock (_lock)
        {
            // Too many changes at once for the system's queue: look at everything. Anything else will not mend itself.
            _everything = true;
            _failure = failure is InternalBufferOverflowException || !Directory.Exists(_folder) ? _failure : failure;
        }

        _signals.Writer.TryWrite(true);
    }
}

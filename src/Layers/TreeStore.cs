using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>Trees of hard links over the file store, one per manifest, shown to sandboxes.</summary>
/// <remarks>
/// A tree is made in <c>tmp</c> and renamed to its digest, so under that name it is whole as long as the machine runs. Nothing is
/// flushed file by file; what a power cut may have damaged is known from <see cref="TreeJournal"/> and checked before it is used again.
/// </remarks>
public sealed class TreeStore : IAsyncDisposable
{
    private const string TemporaryFolder = "tmp";
    private const string WithdrawnFolder = "withdrawn";

    // Builds are all disk and processor: more at a time only make each of them later.
    private readonly SemaphoreSlim _buildSlots = new(2);
    private readonly ConcurrentDictionary<Sha256, string> _ready = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Sha256, Task> _builds = [];
    private readonly Dictionary<Sha256, int> _leases = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _directory;
    private readonly ArchiveStore _archives;
    private readonly ManifestStore _manifests;
    private readonly SharedFiles _files;
    private readonly SafeFileHandle _folder;
    private readonly TreeTrash _trash;
    private readonly TreeJournal _journal;
    private readonly TreeKeeper _keeper;
    private readonly Task _recovered;

    private TreeStore(LayersDirectories directories, ArchiveStore archives, ManifestStore manifests, TimeProvider time, string bootId)
    {
        _archives = archives;
        _manifests = manifests;
        _directory = directories.Trees;
        Directory.CreateDirectory(_directory);

        // Sandboxes run as other users and reach a tree through its mount; strangers on the host are stopped by the data folder's own mode.
        File.SetUnixFileMode(_directory, (UnixFileMode)0x1ED);
        _folder = LinuxFiles.OpenFolder(_directory);
        _trash = new TreeTrash(Path.Combine(_directory, "trash"));
        _trash.Take(_folder, TemporaryFolder);
        LinuxFiles.CreateFolder(_folder, TemporaryFolder);

        // What environments of the last process showed: they are gone.
        _trash.Take(_folder, WithdrawnFolder);
        LinuxFiles.CreateFolder(_folder, WithdrawnFolder);
        _files = SharedFiles.Open(directories.Files);
        _journal = new TreeJournal(Path.Combine(_directory, "building"), bootId);
        IReadOnlyList<Sha256> doubtful = _journal.ListDoubtful();
        foreach (Sha256 tree in FindTrees().Except(doubtful))
        {
            _ready[tree] = PathOf(tree);
        }

        // A build that the last process did not finish stays in the journal until somebody asks for its tree again.
        _keeper = new TreeKeeper(_folder, _trash, _journal, _journal.ListUnflushed().Where(_ready.ContainsKey), time);
        _recovered = doubtful.Count == 0
            ? Task.CompletedTask
            : Task.Factory.StartNew(() => RecoverAsync(doubtful), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public static TreeStore Open(LayersDirectories directories, ArchiveStore archives, ManifestStore manifests, TimeProvider time) =>
        Open(directories, archives, manifests, time, File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    internal static TreeStore Open(
        LayersDirectories directories, ArchiveStore archives, ManifestStore manifests, TimeProvider time, string bootId) =>
        new(directories, archives, manifests, time, bootId);

    /// <summary>
    /// The archive's tree, made now if it is not there yet, and kept until the lease is disposed. Concurrent calls for one tree share the work.
    /// </summary>
    /// <remarks>A failure is an <see cref="IOException"/> or <see cref="InvalidDataException"/> that names the tree; the next call tries again.</remarks>
    public async Task<TreeLease> LeaseAsync(StoredArchive archive, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryLease(archive) is { } lease)
            {
                return lease;
            }

            Task build;
            lock (_lock)
            {
                if (_ready.ContainsKey(archive.Tree))
                {
                    continue;
                }

                if (!_builds.TryGetValue(archive.Tree, out build!))
                {
                    build = BuildAsync(archive);
                    _builds.Add(archive.Tree, build);
                }
            }

            // The work goes on when one of those who wait for it gives up.
            await build.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The tree, when it is already there: no waiting, for the path of an invocation.</summary>
    public TreeLease? TryLease(StoredArchive archive)
    {
        lock (_lock)
        {
            if (!_ready.TryGetValue(archive.Tree, out string? path))
            {
                return null;
            }

            _leases[archive.Tree] = _leases.GetValueOrDefault(archive.Tree) + 1;
            return new TreeLease(this, archive.Tree, path);
        }
    }

    public bool IsReady(StoredArchive archive) => _ready.ContainsKey(archive.Tree);

    /// <summary>Raised when the last lease of a tree ends.</summary>
    public event Action? Released;

    internal SharedFiles Files => _files;

    internal IReadOnlyCollection<Sha256> ListReady() => [.. _ready.Keys];

    internal string PathOf(Sha256 tree) => Path.Combine(_directory, tree.ToString());

    /// <summary>Whether an environment, or whoever else holds a lease, shows this tree now.</summary>
    internal bool IsLeased(Sha256 tree)
    {
        lock (_lock)
        {
            return _leases.ContainsKey(tree);
        }
    }

    /// <summary>Takes a tree away, unless it is leased. Its files go when <see cref="EmptyTrash"/> comes to it.</summary>
    internal bool TryGiveUp(Sha256 tree)
    {
        lock (_lock)
        {
            if (_leases.ContainsKey(tree) || !_ready.TryRemove(tree, out _))
            {
                return false;
            }

            _trash.Take(_folder, tree.ToString());
        }

        _journal.End(tree);
        return true;
    }

    /// <summary>
    /// Takes a tree away from those who come from now on, leased or not: it is damaged. Environments that show it keep what they have mounted.
    /// </summary>
    internal void Withdraw(Sha256 tree)
    {
        lock (_lock)
        {
            _ready.TryRemove(tree, out _);
            LinuxFiles.TryRename(_folder, tree.ToString(), _folder, $"{WithdrawnFolder}/{Guid.NewGuid():N}");
        }
    }

    internal void EmptyTrash(CancellationToken cancellationToken) => _trash.Empty(cancellationToken);

    internal void End(Sha256 tree)
    {
        lock (_lock)
        {
            if (--_leases[tree] > 0)
            {
                return;
            }

            _leases.Remove(tree);
        }

        Released?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_lock)
        {
            running = [.. _builds.Values];
        }

        foreach (Task build in running)
        {
            await Task.WhenAny(build);
        }

        await Task.WhenAny(_recovered);
        await _keeper.DisposeAsync();
        _files.Dispose();
        _trash.Dispose();
        _folder.Dispose();
        _stopping.Dispose();
        _buildSlots.Dispose();
    }

    private async Task BuildAsync(StoredArchive archive)
    {
        // The caller holds the lock; nothing here runs below it.
        await Task.Yield();
        try
        {
            await _recovered.WaitAsync(_stopping.Token);
            await _buildSlots.WaitAsync(_stopping.Token);
            try
            {
                await BuildNowAsync(archive);
            }
            finally
            {
                _buildSlots.Release();
            }

            _ready[archive.Tree] = PathOf(archive.Tree);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException or AwsError)
        {
            throw new IOException($"The tree {archive.Tree} of the archive {archive.Digest} could not be made: {failure.Message}", failure);
        }
        finally
        {
            lock (_lock)
            {
                _builds.Remove(archive.Tree);
            }
        }
    }

    private async Task BuildNowAsync(StoredArchive archive)
    {
        TreeManifest manifest = await _manifests.ReadAsync(archive, _stopping.Token);
        _journal.Begin(archive.Tree);
        string name = $"{TemporaryFolder}/{Guid.NewGuid():N}";
        LinuxFiles.CreateFolder(_folder, name);
        try
        {
            using SafeFileHandle tree = LinuxFiles.OpenFolder(_folder, name);
            using TreeBuild build = new(manifest, _files, tree, () => _archives.OpenRead(archive.Digest));
            await build.RunAsync(_stopping.Token);
            int errno = LinuxFiles.TryRename(_folder, name, _folder, archive.Tree.ToString());
            if (errno != 0)
            {
                throw LinuxFiles.Error(errno, archive.Tree.ToString());
            }

            _keeper.Built(archive.Tree);
        }
        finally
        {
            // After the rename there is nothing left under this name.
            _trash.Take(_folder, name);
        }
    }

    /// <summary>After a power cut: what the unfinished builds wrote is compared with its digest, and their trees are made anew when asked for.</summary>
    private async Task RecoverAsync(IReadOnlyList<Sha256> doubtful)
    {
        foreach (Sha256 tree in doubtful)
        {
            if (await TryFindManifestAsync(tree) is { } manifest)
            {
                RemoveDamaged(manifest);
            }
            else
            {
                // Without the manifest nobody can say which files are doubtful, so none of them is shared with new trees.
                _files.MoveTo(_trash);
            }

            _trash.Take(_folder, tree.ToString());
            _journal.End(tree);
        }
    }

    /// <summary>The kept one, or else made again from an archive that has this tree.</summary>
    private async Task<TreeManifest?> TryFindManifestAsync(Sha256 tree)
    {
        try
        {
            return _manifests.TryRead(tree)
                ?? (_archives.Sketches.FindByTree(tree) is { } archive ? await _manifests.ReadAsync(archive, _stopping.Token) : null);
        }
        catch (Exception unknown) when (unknown is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private void RemoveDamaged(TreeManifest manifest)
    {
        foreach (TreeEntry file in manifest.Entries.Where(static entry => entry.Kind == OptEntryKind.File))
        {
            _stopping.Token.ThrowIfCancellationRequested();
            if (!_files.IsIntact(file))
            {
                _files.Remove(file);
            }
        }
    }

    private List<Sha256> FindTrees()
    {
        List<Sha256> trees = [];
        foreach (string path in Directory.EnumerateDirectories(_directory))
        {
            if (Sha256.TryParse(Path.GetFileName(path), out Sha256 tree))
            {
                trees.Add(tree);
            }
        }

        return trees;
    }
}

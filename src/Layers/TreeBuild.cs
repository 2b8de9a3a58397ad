using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// Makes one tree in an empty folder: 1. folders, open to us only. 2. files: linked where the file store has them, else inflated straight
/// from the archive. 3. symbolic links. 4. the folders' own modes, last, because a folder without write permission takes no files.
/// </summary>
internal sealed class TreeBuild(TreeManifest manifest, SharedFiles files, SafeFileHandle tree, Func<ArchiveReader> openArchive) : IDisposable
{
    private const int FilesWorthTwoWorkers = 64;
    private const int FolderForAll = 0x1ED;

    private readonly Lock _archiveLock = new();
    private OpenArchive? _archive;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // 1
        foreach (TreeEntry folder in Of(OptEntryKind.Directory))
        {
            LinuxFiles.CreateFolder(tree, folder.Path);
        }

        // 2: equal files go to one worker, so that it writes the first and links the others.
        TreeEntry[][] groups = [.. Of(OptEntryKind.File).GroupBy(static file => (file.Digest, file.Mode)).Select(static group => group.ToArray())];
        GroupCount left = new(groups.Length);
        bool[] fromTheEnd = groups.Length < FilesWorthTwoWorkers ? [false] : [false, true];
        await Task.WhenAll(fromTheEnd.Select(backwards => Task.Factory.StartNew(
            () => PlaceFiles(backwards ? Enumerable.Reverse(groups) : groups, left, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        // 3
        foreach (TreeEntry link in Of(OptEntryKind.Symlink))
        {
            LinuxFiles.CreateSymlink(tree, link.Path, link.LinkTarget!);
        }

        // 4
        foreach (TreeEntry folder in Of(OptEntryKind.Directory).Reverse())
        {
            LinuxFiles.SetMode(tree, folder.Path, folder.Mode);
        }

        LinuxFiles.SetMode(tree, FolderForAll);
    }

    public void Dispose() => _archive?.Dispose();

    private IEnumerable<TreeEntry> Of(OptEntryKind kind) => manifest.Entries.Where(entry => entry.Kind == kind);

    /// <summary>
    /// Goes on until all workers together have taken all groups. They start at the two ends: side by side they would write
    /// into the same folders, and the kernel lets one at a time change a folder.
    /// </summary>
    private void PlaceFiles(IEnumerable<TreeEntry[]> groups, GroupCount left, CancellationToken cancellationToken)
    {
        EntryReader? reader = null;
        try
        {
            foreach (TreeEntry file in groups.TakeWhile(_ => left.TryTake()).SelectMany(static group => group))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!files.TryLink(file, tree))
                {
                    OpenArchive archive = Archive();
                    reader ??= archive.NewReader();
                    Write(file, archive.Find(file.Path), reader);
                    files.Share(file, tree);
                }
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private void Write(TreeEntry file, ArchiveEntry content, EntryReader reader)
    {
        using SafeFileHandle destination = LinuxFiles.CreateFile(tree, file.Path, file.Mode);
        Sha256 digest = reader.Read(content, destination);
        if (digest != file.Digest)
        {
            throw new InvalidDataException($"{file.Path}: the archive and the manifest disagree about its content.");
        }

        // Writing takes setuid and setgid away again, save from root: they come after the content.
        if ((file.Mode & ~0x1FF) != 0)
        {
            LinuxFiles.SetMode(destination, file.Mode);
        }

        LinuxFiles.SetTimes(destination, SharedFiles.FileTime);
    }

    /// <summary>Opened by the first file that the store lacks: a tree made of known files never reads its archive.</summary>
    private OpenArchive Archive()
    {
        lock (_archiveLock)
        {
            return _archive ??= new OpenArchive(openArchive());
        }
    }

    private sealed class GroupCount(int groups)
    {
        private int _left = groups;

        public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class OpenArchive : IDisposable
    {
        private readonly ArchiveReader _source;
        private readonly ArchiveEntry[] _entries;
        private readonly IReadOnlyDictionary<string, int> _layout;
        private readonly InflationBudget _budget = new();

        public OpenArchive(ArchiveReader source)
        {
            _source = source;
            _entries = ArchiveDirectory.Read(source);
            _layout = ArchiveLayout.Of(_entries);
        }

        public EntryReader NewReader() => new(_source, _budget);

        public ArchiveEntry Find(string path) => _entries[_layout[path]];

        public void Dispose() => _source.Dispose();
    }
}

using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Images;

/// <summary>Unpacked layers of images: one folder each, made once, never changed.</summary>
/// <remarks>
/// The story of a layer: 1. it is unpacked in <c>tmp</c> while it comes in; 2. its digest is compared; 3. all of it, with the list of its
/// files, is made durable, by one flush of the file system; 4. list and folder are renamed; 5. one catalog transaction names it. What no
/// document names at the next start, a crash left, and it goes.
/// </remarks>
public sealed class ImageLayerStore : IDisposable
{
    private const string TemporaryFolder = "tmp";
    private const string ListExtension = ".files";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _leases = new(StringComparer.Ordinal);
    private readonly string _directory;
    private readonly ICatalog _catalog;
    private readonly TimeProvider _time;
    private readonly SafeFileHandle _folder;
    private readonly TreeTrash _trash;

    private ImageLayerStore(string directory, ICatalog catalog, TimeProvider time)
    {
        _directory = directory;
        _catalog = catalog;
        _time = time;
        Directory.CreateDirectory(directory);
        // Sandboxes run as other users; strangers on the host are stopped by the data folder's own mode.
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ED);
        _folder = LinuxFiles.OpenFolder(directory);
        _trash = new TreeTrash(Path.Combine(directory, "trash"));
        HashSet<string> named = [.. ImageDocuments.AllLayers(catalog.Current).Select(static layer => layer.Folder)];
        foreach (string name in Directory.EnumerateDirectories(directory).Select(Path.GetFileName).OfType<string>().Where(static name => name != "trash"))
        {
            if (named.Contains(name))
            {
                _present.Add(name);
            }
            else
            {
                _trash.Take(_folder, name);
            }
        }

        foreach (string list in Directory.EnumerateFiles(directory, "*" + ListExtension))
        {
            if (!named.Contains(Path.GetFileNameWithoutExtension(list)))
            {
                File.Delete(list);
            }
        }

        LinuxFiles.CreateFolder(_folder, TemporaryFolder);
    }

    /// <summary>Raised when the last lease of a layer ends.</summary>
    public event Action? Released;

    public static ImageLayerStore Open(string dataDirectory, ICatalog catalog, TimeProvider time) =>
        new(Path.Combine(dataDirectory, "images"), catalog, time);

    /// <param name="sent">What the bytes must hash to.</param>
    /// <param name="body">A tar archive, as it is or compressed with gzip.</param>
    public async Task<StoredImageLayer> StoreAsync(Sha256 sent, Stream body, CancellationToken cancellationToken)
    {
        string temporary = $"{TemporaryFolder}/{Guid.NewGuid():N}";
        LinuxFiles.CreateFolder(_folder, temporary);
        string? folder = null;
        try
        {
            StoredImageLayer layer = await UnpackAsync(temporary, sent, body, cancellationToken);
            folder = layer.Folder;
            lock (_lock)
            {
                _present.Add(folder);
                _leases[folder] = 1;
            }

            Move(temporary, folder); // 4
            StoredImageLayer stored = await _catalog.CommitAsync(transaction => Name(transaction, sent, layer), cancellationToken); // 5
            if (stored.Folder == folder)
            {
                End([folder]);
                folder = null;
            }

            return stored;
        }
        finally
        {
            // After the rename there is nothing left under this name.
            _trash.Take(_folder, temporary);
            File.Delete(ListOf(PathOf(temporary)));
            if (folder is not null)
            {
                End([folder]);
                TryGiveUp(folder);
            }
        }
    }

    /// <summary>Throws an <see cref="IOException"/> when a layer is gone: nobody named the image any more.</summary>
    internal ImageLease Lease(CatalogSnapshot snapshot, StoredImage image)
    {
        string[] folders = [.. image.Layers.Select(layer => ImageDocuments.FindLayer(snapshot, layer)?.Folder ?? throw Gone(image))];
        lock (_lock)
        {
            if (!folders.All(_present.Contains))
            {
                throw Gone(image);
            }

            foreach (string folder in folders)
            {
                _leases[folder] = _leases.GetValueOrDefault(folder) + 1;
            }
        }

        return new ImageLease(this, image, folders);
    }

    internal void End(IReadOnlyList<string> folders)
    {
        lock (_lock)
        {
            foreach (string folder in folders)
            {
                if (--_leases[folder] == 0)
                {
                    _leases.Remove(folder);
                }
            }
        }

        Released?.Invoke();
    }

    internal string PathOf(string folder) => Path.Combine(_directory, folder);

    /// <summary>Where the list of a layer's files lies.</summary>
    internal static string ListOf(string folder) => folder + ListExtension;

    /// <summary>Keeps one layer as a lease keeps an image's; null when it is gone.</summary>
    internal IDisposable? TryHold(string folder)
    {
        lock (_lock)
        {
            if (!_present.Contains(folder))
            {
                return null;
            }

            _leases[folder] = _leases.GetValueOrDefault(folder) + 1;
        }

        return new FolderHold(this, folder);
    }

    /// <summary>Takes away the folders that no document names and nobody shows, and deletes what was taken away before.</summary>
    internal void GiveUpUnnamed(CancellationToken cancellationToken)
    {
        string[] present;
        lock (_lock)
        {
            present = [.. _present];
        }

        Array.ForEach(present, folder => TryGiveUp(folder));
        _trash.Empty(cancellationToken);
    }

    public void Dispose()
    {
        _trash.Dispose();
        _folder.Dispose();
    }

    private async Task<StoredImageLayer> UnpackAsync(string temporary, Sha256 sent, Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle root = LinuxFiles.OpenFolder(_folder, temporary);
            using LayerUnpacker unpacker = new(root);
            await using LayerContent content = await LayerContent.OpenAsync(body, cancellationToken);
            await unpacker.RunAsync(new TarReader(content.Tar), cancellationToken); // 1
            (Sha256 actual, Sha256 tar) = await content.FinishAsync(cancellationToken);
            if (actual != sent)
            {
                throw ImageFault.Layer($"what came has the digest sha256:{actual}, not sha256:{sent}."); // 2
            }

            LayerFileList.Write(ListOf(PathOf(temporary)), unpacker.Files);
            LinuxFiles.FlushFileSystem(root); // 3
            string name = $"{tar}.{Guid.NewGuid():N}"[..73];
            return new StoredImageLayer(tar, name, content.TarBytes, unpacker.DiskBytes, _time.GetUtcNow(), IsDamaged: false);
        }
        catch (InvalidDataException damaged)
        {
            throw ImageFault.Layer($"it cannot be decompressed: {damaged.Message}");
        }
    }

    private void Move(string temporary, string folder)
    {
        int errno = LinuxFiles.TryRename(_folder, ListOf(temporary), _folder, ListOf(folder));
        errno = errno == 0 ? LinuxFiles.TryRename(_folder, temporary, _folder, folder) : errno;
        if (errno != 0)
        {
            throw LinuxFiles.Error(errno, folder);
        }

        LinuxFiles.FlushFolder(_directory);
    }

    /// <summary>The layer that is there from now on: another one's, when equal content came before or at the same time and is not damaged.</summary>
    private static StoredImageLayer Name(CatalogTransaction transaction, Sha256 sent, StoredImageLayer layer)
    {
        StoredImageLayer named = ImageDocuments.FindLayer(transaction, layer.Digest) is { IsDamaged: false } known
            ? known with { StoredAt = layer.StoredAt }
            : layer;
        ImageDocuments.Put(transaction, named);
        ImageDocuments.Put(transaction, new SentLayer(sent, layer.Digest));
        return named;
    }

    /// <summary>Unless it is named or shown. In this order: who stores a layer holds it until it is named.</summary>
    private bool TryGiveUp(string folder)
    {
        lock (_lock)
        {
            if (_leases.ContainsKey(folder) || IsNamed(folder) || !_present.Remove(folder))
            {
                return false;
            }

            _trash.Take(_folder, folder);
            File.Delete(ListOf(PathOf(folder)));
            return true;
        }
    }

    private bool IsNamed(string folder) =>
        ImageDocuments.FindLayer(_catalog.Current, Sha256.Parse(folder[..(2 * Sha256.SizeBytes)]))?.Folder == folder;

    private static IOException Gone(StoredImage image) => new($"The image sha256:{image.Digest} was deleted.");

    private sealed class FolderHold(ImageLayerStore store, string folder) : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _ended, true))
            {
                store.End([folder]);
            }
        }
    }
}

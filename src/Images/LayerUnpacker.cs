using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Images;

/// <summary>
/// Makes the files of one layer in an empty folder, as overlayfs wants them: 1. folders, open to us only, files, links. 2. whiteouts, for
/// names that the layer has not itself. 3. marks on opaque folders. 4. the folders' own modes, last, because a folder without write
/// permission takes no files.
/// </summary>
/// <remarks>
/// A name leads nowhere but into the folder: nobody else writes there, so what is known of it is all that is there, and nothing is made
/// below a name that is not known to be a folder. Owners, set-id bits and attributes are dropped, devices and pipes left out.
/// </remarks>
internal sealed class LayerUnpacker(SafeFileHandle root) : IDisposable
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueMark = ".wh..wh..opq";
    private const string ReservedPrefix = ".wh..wh.";
    private const int PermissionBits = 0x1FF;
    private const int FolderBits = 0x3FF;
    private const int FolderForAll = 0x1ED;
    private const int DiskBlockBytes = 4096;

    private readonly Dictionary<string, TarEntryKind> _known = new(StringComparer.Ordinal) { [""] = TarEntryKind.Directory };
    private readonly Dictionary<string, int> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _whiteouts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _opaque = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerFile> _files = new(StringComparer.Ordinal);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);

    /// <summary>What the files take on a disk, about.</summary>
    public long DiskBytes { get; private set; }

    /// <summary>What was made, folders and whiteouts aside.</summary>
    public IEnumerable<LayerFile> Files => _files.Values;

    public async Task RunAsync(TarReader tar, CancellationToken cancellationToken)
    {
        int count = 0;
        while (await tar.ReadNextAsync(cancellationToken) is { } entry) // 1
        {
            if (++count > Limits.ImageLayerEntries)
            {
                throw ImageFault.Layer($"it has more than {Limits.ImageLayerEntries} entries.");
            }

            await MakeAsync(entry, tar, cancellationToken);
        }

        foreach (string path in _whiteouts) // 2
        {
            MakeWhiteout(path);
        }

        foreach (string path in _opaque) // 3
        {
            using SafeFileHandle folder = LinuxFiles.OpenFolder(root, path.Length == 0 ? "." : path);
            LinuxFiles.SetUserAttribute(folder, "overlay.opaque", (byte)'y');
        }

        foreach ((string path, int mode) in _folders.OrderByDescending(static folder => folder.Key.Length)) // 4
        {
            LinuxFiles.SetMode(root, path, mode);
        }

        LinuxFiles.SetMode(root, FolderForAll);
    }

    public void Dispose()
    {
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private async ValueTask MakeAsync(TarEntry entry, TarReader tar, CancellationToken cancellationToken)
    {
        string path = PathOf(entry.Name);
        int slash = path.LastIndexOf('/');
        string parent = slash < 0 ? "" : path[..slash];
        string name = path[(slash + 1)..];
        if (name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            TakeWhiteout(parent, name);
            return;
        }

        if (path.Length == 0 || entry.Kind == TarEntryKind.Special)
        {
            return;
        }

        RequireFolder(parent);
        if (entry.Kind == TarEntryKind.Directory)
        {
            MakeFolder(path, entry.Mode & FolderBits);
            return;
        }

        MakeRoom(path);
        switch (entry.Kind)
        {
            case TarEntryKind.Symlink:
                string target = TargetOf(entry);
                LinuxFiles.CreateSymlink(root, path, target);
                _files[path] = new LayerFile(path, IsLink: true, Sha256.Of(Encoding.UTF8.GetBytes(target)));
                break;
            case TarEntryKind.HardLink:
                Link(path, PathOf(entry.Target));
                break;
            default:
                await WriteAsync(path, entry, tar, cancellationToken);
                break;
        }

        _known[path] = entry.Kind == TarEntryKind.Symlink ? TarEntryKind.Symlink : TarEntryKind.File;
        DiskBytes += DiskBlockBytes + ((entry.SizeBytes + DiskBlockBytes - 1) / DiskBlockBytes * DiskBlockBytes);
    }

    /// <summary>Components that lead down. The root of an image is "/", so a name may begin there, or with "./".</summary>
    private static string PathOf(string name)
    {
        string[] parts = [.. name.Split('/').Where(static part => part is not ("" or "."))];
        string path = string.Join('/', parts);
        return parts.Contains("..") ? throw Hostile(name, "it leads out of the image")
            : parts.Any(static part => Encoding.UTF8.GetByteCount(part) > Limits.ArchiveNameBytes) || Encoding.UTF8.GetByteCount(path) > Limits.ArchivePathBytes
                ? throw Hostile(name[..Math.Min(name.Length, 100)], "it is too long")
            : path;
    }

    private static string TargetOf(TarEntry entry) => entry.Target.Length == 0 || Encoding.UTF8.GetByteCount(entry.Target) > Limits.ArchivePathBytes
        ? throw Hostile(entry.Name, "it is a symbolic link to nowhere, or to a name that is too long")
        : entry.Target;

    private void TakeWhiteout(string parent, string name)
    {
        if (name == OpaqueMark)
        {
            RequireFolder(parent);
            _opaque.Add(parent);
        }
        else if (!name.StartsWith(ReservedPrefix, StringComparison.Ordinal))
        {
            string hidden = name[WhiteoutPrefix.Length..];
            RequireFolder(parent);
            _whiteouts.Add(hidden is "" or "." or ".." ? throw Hostile(name, "it hides nothing") : Join(parent, hidden));
        }
    }

    /// <summary>Makes the folders on the way that the archive did not name; what it made there of another kind is not followed.</summary>
    private void RequireFolder(string path)
    {
        if (_known.TryGetValue(path, out TarEntryKind kind))
        {
            if (kind != TarEntryKind.Directory)
            {
                throw Hostile(path, "something lies below it, but it is no folder in the same layer");
            }

            return;
        }

        int slash = path.LastIndexOf('/');
        RequireFolder(slash < 0 ? "" : path[..slash]);
        MakeFolder(path, FolderForAll);
    }

    private void MakeFolder(string path, int mode)
    {
        if (_known.GetValueOrDefault(path, TarEntryKind.Special) != TarEntryKind.Directory)
        {
            MakeRoom(path);
            LinuxFiles.CreateFolder(root, path);
            _known[path] = TarEntryKind.Directory;
            DiskBytes += DiskBlockBytes;
        }

        _folders[path] = mode;
    }

    /// <summary>A later entry takes the place of an earlier one, but never of a folder: what lies in it would go unseen.</summary>
    private void MakeRoom(string path)
    {
        if (_known.TryGetValue(path, out TarEntryKind kind))
        {
            if (kind == TarEntryKind.Directory)
            {
                throw Hostile(path, "it is there as a folder and as something else");
            }

            LinuxFiles.DeleteFile(root, path);
            _files.Remove(path);
        }
    }

    private void Link(string path, string target)
    {
        if (_known.GetValueOrDefault(target, TarEntryKind.Directory) == TarEntryKind.Directory)
        {
            throw Hostile(path, $"it is a hard link to {target}, which is no file of the same layer before it");
        }

        int errno = LinuxFiles.TryLink(root, target, root, path);
        if (errno != 0)
        {
            throw LinuxFiles.Error(errno, path);
        }

        _files[path] = _files[target] with { Path = path };
    }

    private async ValueTask WriteAsync(string path, TarEntry entry, TarReader tar, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = LinuxFiles.CreateFile(root, path, entry.Mode & PermissionBits);
        long offset = 0;
        for (int read; (read = await tar.ReadAsync(_buffer, cancellationToken)) > 0; offset += read)
        {
            RandomAccess.Write(file, _buffer.AsSpan(0, read), offset);
            _hash.AppendData(_buffer.AsSpan(0, read));
        }

        _files[path] = new LayerFile(path, IsLink: false, new Sha256(_hash.GetHashAndReset()));

        // Python's compiled files name the time of their source, and are made anew at every start when it differs.
        LinuxFiles.SetTimes(file, entry.ModifiedAt);
    }

    private void MakeWhiteout(string path)
    {
        switch (_known.GetValueOrDefault(path, TarEntryKind.Special))
        {
            case TarEntryKind.Special:
                LinuxFiles.CreateWhiteout(root, path);
                break;
            case TarEntryKind.Directory:
                // The name is hidden in the layers below and a folder in this one.
                _opaque.Add(path);
                break;
        }
    }

    private static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";

    private static AwsError Hostile(string name, string why) => ImageFault.Layer($"'{name}': {why}.");
}

using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// The manifests of archives: derived from them, kept as files while that is of use, made again when they are not there.
/// Nothing is flushed; a file that is not what its name says counts as absent.
/// </summary>
public sealed class ManifestStore
{
    private readonly string _directory;
    private readonly ArchiveStore _archives;

    private ManifestStore(string directory, ArchiveStore archives)
    {
        _directory = directory;
        _archives = archives;
        Directory.CreateDirectory(directory);
        foreach (string left in Directory.EnumerateFiles(directory, "*.tmp"))
        {
            File.Delete(left);
        }
    }

    public static ManifestStore Open(LayersDirectories directories, ArchiveStore archives) => new(directories.Manifests, archives);

    /// <summary>
    /// The archive's manifest. Throws <see cref="IOException"/> when the archive is gone and <see cref="InvalidDataException"/> when it is damaged.
    /// </summary>
    internal async Task<TreeManifest> ReadAsync(StoredArchive archive, CancellationToken cancellationToken) =>
        TryRead(archive.Tree) ?? await DeriveAsync(archive, cancellationToken);

    /// <summary>Only what is kept; null when there is no such file, or it is damaged.</summary>
    internal TreeManifest? TryRead(Sha256 tree)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(PathOf(tree));
            return Sha256.Of(bytes) == tree ? TreeManifest.Parse(bytes) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    internal void Put(Sha256 tree, ReadOnlySpan<byte> manifest)
    {
        string temporary = Path.Combine(_directory, $"{Guid.NewGuid():N}.tmp");
        File.WriteAllBytes(temporary, manifest);
        File.Move(temporary, PathOf(tree), overwrite: true);
    }

    internal IEnumerable<Sha256> List()
    {
        foreach (string path in Directory.EnumerateFiles(_directory))
        {
            if (Sha256.TryParse(Path.GetFileName(path), out Sha256 tree))
            {
                yield return tree;
            }
        }
    }

    internal void Delete(Sha256 tree) => File.Delete(PathOf(tree));

    /// <summary>Inflates the whole archive, as when it was taken in.</summary>
    private async Task<TreeManifest> DeriveAsync(StoredArchive archive, CancellationToken cancellationToken)
    {
        using ArchiveReader reader = _archives.OpenRead(archive.Digest);
        TreeManifest manifest;
        try
        {
            manifest = await ArchiveChecker.CheckAsync(reader, cancellationToken);
        }
        catch (AwsError fault)
        {
            throw new InvalidDataException($"The archive {archive.Digest} is damaged: {fault.Message}", fault);
        }

        byte[] bytes = manifest.ToBytes();
        if (Sha256.Of(bytes) != archive.Tree)
        {
            throw new InvalidDataException($"The archive {archive.Digest} is damaged: its files are no longer those of the tree {archive.Tree}.");
        }

        Put(archive.Tree, bytes);
        return manifest;
    }

    private string PathOf(Sha256 tree) => Path.Combine(_directory, tree.ToString());
}

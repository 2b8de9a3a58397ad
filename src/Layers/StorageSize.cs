using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>How much is stored. Logical: what each layer version and function would take alone. Physical: the blocks that the disk gave it.</summary>
public sealed record StorageSize
{
    public required long LogicalArchiveBytes { get; init; }

    public required long LogicalFileBytes { get; init; }

    public required long ArchiveBytes { get; init; }

    public required long FileBytes { get; init; }

    public required long BlobBytes { get; init; }

    /// <summary>Folders and symbolic links of trees; their files are <see cref="FileBytes"/>.</summary>
    public required long TreeBytes { get; init; }

    public required long ManifestBytes { get; init; }

    /// <summary>Unpacked layers of images, about.</summary>
    public required long ImageBytes { get; init; }

    /// <summary>The catalog, with what it has not yet worked into its main file.</summary>
    public required long CatalogBytes { get; init; }

    public long PhysicalBytes => ArchiveBytes + FileBytes + BlobBytes + TreeBytes + ManifestBytes + ImageBytes + CatalogBytes;

    /// <summary>Of each layer, by its ARN.</summary>
    public required IReadOnlyList<LayerSize> Layers { get; init; }

    /// <summary>Bytes of archives that are taken from another archive's file.</summary>
    public required long SharedArchiveBytes { get; init; }

    /// <summary>What the files of the trees there are would take more as copies.</summary>
    public required long SharedFileBytes { get; init; }

    public static StorageSize Measure(StorageParts parts, CancellationToken cancellationToken)
    {
        ArchiveRoot[] roots = [.. parts.RootsNow().Distinct()];
        LayersDirectories directories = LayersDirectories.Below(parts.DataDirectory);
        SharedFilesSize files = parts.Trees.Files.Measure(cancellationToken);
        return new StorageSize
        {
            LogicalArchiveBytes = roots.Sum(static root => root.Archive.SizeBytes),
            LogicalFileBytes = roots.Sum(static root => root.Archive.UnzippedBytes),
            ArchiveBytes = DiskUsage.Of(directories.Archives, withFiles: true, cancellationToken),
            FileBytes = files.DiskBytes,
            BlobBytes = DiskUsage.Of(Path.Combine(parts.DataDirectory, "blobs"), withFiles: true, cancellationToken),
            TreeBytes = DiskUsage.Of(directories.Trees, withFiles: false, cancellationToken),
            ManifestBytes = DiskUsage.Of(directories.Manifests, withFiles: true, cancellationToken),
            ImageBytes = parts.Images?.CountBytes(parts.Catalog.Current) ?? 0,
            CatalogBytes = DiskUsage.Of(parts.DataDirectory, "catalog.db*"),
            Layers = [.. LayerSize.Measure(parts)],
            SharedArchiveBytes = parts.Archives.List().Sum(archive => SharedBytes(parts.Archives, archive)),
            SharedFileBytes = files.LinkedBytes - files.DiskBytes + files.UnusedBytes,
        };
    }

    private static long SharedBytes(ArchiveStore archives, Sha256 archive)
    {
        try
        {
            return archives.ReadRecipe(archive).Pieces.Where(piece => piece.File != archive).Sum(static piece => piece.Length);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or ArchiveNotFoundException)
        {
            return 0;
        }
    }
}

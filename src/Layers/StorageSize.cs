using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>How much is stored. Logical: what each layer version and function would take alone. Physical: what the disk has.</summary>
public sealed record StorageSize
{
    public required long LogicalArchiveBytes { get; init; }

    public required long LogicalFileBytes { get; init; }

    public required long ArchiveBytes { get; init; }

    public required long FileBytes { get; init; }

    public required long BlobBytes { get; init; }

    /// <summary>Bytes of archives that are taken from another archive's file.</summary>
    public required long SharedArchiveBytes { get; init; }

    /// <summary>What the files of the trees there are would take more as copies.</summary>
    public required long SharedFileBytes { get; init; }

    public static StorageSize Measure(StorageParts parts, CancellationToken cancellationToken)
    {
        ArchiveRoot[] roots = [.. parts.RootsNow().Distinct()];
        SharedFilesSize files = parts.Trees.Files.Measure(cancellationToken);
        return new StorageSize
        {
            LogicalArchiveBytes = roots.Sum(static root => root.Archive.SizeBytes),
            LogicalFileBytes = roots.Sum(static root => root.Archive.UnzippedBytes),
            ArchiveBytes = parts.Archives.List().Sum(parts.Archives.FileBytes),
            FileBytes = files.DiskBytes,
            BlobBytes = parts.Blobs.List().Sum(blob => parts.Blobs.FindLength(blob) ?? 0),
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

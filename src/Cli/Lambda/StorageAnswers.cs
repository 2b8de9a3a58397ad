using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary><c>GET /_lamina/storage</c></summary>
internal sealed record StorageAnswer(
    [property: JsonPropertyName("logical")] StorageBytes Logical,
    [property: JsonPropertyName("physical")] StorageBytes Physical,
    [property: JsonPropertyName("shared")] StorageBytes Shared,
    [property: JsonPropertyName("reclaimable")] CollectAnswer Reclaimable);

internal sealed record StorageBytes(
    [property: JsonPropertyName("archiveBytes")] long ArchiveBytes,
    [property: JsonPropertyName("fileBytes")] long FileBytes,
    [property: JsonPropertyName("blobBytes")] long BlobBytes);

/// <summary><c>POST /_lamina/storage/collect</c></summary>
internal sealed record CollectAnswer(
    [property: JsonPropertyName("archives")] int Archives,
    [property: JsonPropertyName("archiveBytes")] long ArchiveBytes,
    [property: JsonPropertyName("trees")] int Trees,
    [property: JsonPropertyName("fileBytes")] long FileBytes,
    [property: JsonPropertyName("blobs")] int Blobs,
    [property: JsonPropertyName("blobBytes")] long BlobBytes,
    [property: JsonPropertyName("totalBytes")] long TotalBytes);

using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary><c>GET /_lamina/storage</c></summary>
internal sealed record StorageAnswer(
    [property: JsonPropertyName("layers")] IReadOnlyList<LayerBytes> Layers,
    [property: JsonPropertyName("logical")] StorageBytes Logical,
    [property: JsonPropertyName("physical")] StorageBytes Physical,
    [property: JsonPropertyName("shared")] StorageBytes Shared,
    [property: JsonPropertyName("reclaimable")] CollectAnswer Reclaimable);

internal sealed record StorageBytes(
    [property: JsonPropertyName("archiveBytes")] long ArchiveBytes,
    [property: JsonPropertyName("fileBytes")] long FileBytes,
    [property: JsonPropertyName("blobBytes")] long BlobBytes,
    [property: JsonPropertyName("treeBytes")] long TreeBytes,
    [property: JsonPropertyName("manifestBytes")] long ManifestBytes,
    [property: JsonPropertyName("imageBytes")] long ImageBytes,
    [property: JsonPropertyName("catalogBytes")] long CatalogBytes,
    [property: JsonPropertyName("totalBytes")] long TotalBytes);

/// <summary><c>POST /_lamina/storage/collect</c></summary>
internal sealed record CollectAnswer(
    [property: JsonPropertyName("archives")] int Archives,
    [property: JsonPropertyName("archiveBytes")] long ArchiveBytes,
    [property: JsonPropertyName("trees")] int Trees,
    [property: JsonPropertyName("fileBytes")] long FileBytes,
    [property: JsonPropertyName("blobs")] int Blobs,
    [property: JsonPropertyName("blobBytes")] long BlobBytes,
    [property: JsonPropertyName("imageLayers")] int ImageLayers,
    [property: JsonPropertyName("imageBytes")] long ImageBytes,
    [property: JsonPropertyName("totalBytes")] long TotalBytes);

/// <param name="LogicalBytes">What its versions would take, one by one.</param>
/// <param name="OwnBytes">What the disk has in files of their own.</param>
internal sealed record LayerBytes(
    [property: JsonPropertyName("layer")] string Layer,
    [property: JsonPropertyName("versions")] int Versions,
    [property: JsonPropertyName("logicalBytes")] long LogicalBytes,
    [property: JsonPropertyName("ownBytes")] long OwnBytes);

/// <summary>One line of <c>POST /_lamina/storage/scrub</c>: how far it is, or what is damaged, or the summary.</summary>
internal sealed record ScrubLine(
    [property: JsonPropertyName("verifiedBytes")] long? VerifiedBytes,
    [property: JsonPropertyName("totalBytes")] long? TotalBytes,
    [property: JsonPropertyName("damaged")] string? Damaged,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("problem")] string? Problem,
    [property: JsonPropertyName("namedBy")] IReadOnlyList<string>? NamedBy,
    [property: JsonPropertyName("repaired")] bool? Repaired,
    [property: JsonPropertyName("sources")] IReadOnlyList<string>? Sources,
    [property: JsonPropertyName("treeIntact")] bool? TreeIntact,
    [property: JsonPropertyName("summary")] ScrubSummary? Summary);

internal sealed record ScrubSummary(
    [property: JsonPropertyName("archives")] int Archives,
    [property: JsonPropertyName("files")] int Files,
    [property: JsonPropertyName("trees")] int Trees,
    [property: JsonPropertyName("manifests")] int Manifests,
    [property: JsonPropertyName("blobs")] int Blobs,
    [property: JsonPropertyName("imageLayers")] int ImageLayers,
    [property: JsonPropertyName("repaired")] int Repaired,
    [property: JsonPropertyName("damaged")] int Damaged);

/// <summary>All of a scrub, as <c>--json</c> prints it.</summary>
internal sealed record ScrubAnswer(
    [property: JsonPropertyName("findings")] IReadOnlyList<ScrubLine> Findings,
    [property: JsonPropertyName("summary")] ScrubSummary Summary);

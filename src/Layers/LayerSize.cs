namespace Lamina.Layers;

/// <summary>What the versions of one layer take.</summary>
/// <param name="Layer">Its ARN.</param>
/// <param name="LogicalBytes">The zips, one by one.</param>
/// <param name="OwnBytes">The files of their archives: what no other archive has already.</param>
public sealed record LayerSize(string Layer, int Versions, long LogicalBytes, long OwnBytes)
{
    /// <summary>By ARN. An archive that several layers have counts for each.</summary>
    internal static IEnumerable<LayerSize> Measure(StorageParts parts) => LayerDocuments.All(parts.Catalog.Current)
        .GroupBy(static version => version.LayerArn, static version => version.Content)
        .OrderBy(static layer => layer.Key, StringComparer.Ordinal)
        .Select(layer => new LayerSize(
            layer.Key,
            layer.Count(),
            layer.Sum(static content => content.SizeBytes),
            layer.Select(static content => content.Digest).Distinct().Sum(parts.Archives.DiskBytes)));
}

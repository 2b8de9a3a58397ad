using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/storage: what is stored, what it would take one by one, and what a collection would free.</summary>
internal sealed class StorageReport(StorageParts parts, StorageCollector collector) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["storage"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        CollectionOutcome reclaimable = await collector.ForeseeAsync(cancellationToken);
        StorageSize size = await Task.Run(() => StorageSize.Measure(parts, cancellationToken), cancellationToken);
        ReadOnlyMemory<byte> body = WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("layers");
            foreach (LayerSize layer in size.Layers)
            {
                writer.WriteStartObject();
                writer.WriteString("layer", layer.Layer);
                writer.WriteNumber("versions", layer.Versions);
                writer.WriteNumber("logicalBytes", layer.LogicalBytes);
                writer.WriteNumber("ownBytes", layer.OwnBytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("logical");
            writer.WriteNumber("archiveBytes", size.LogicalArchiveBytes);
            writer.WriteNumber("fileBytes", size.LogicalFileBytes);
            writer.WriteEndObject();
            writer.WriteStartObject("physical");
            writer.WriteNumber("archiveBytes", size.ArchiveBytes);
            writer.WriteNumber("fileBytes", size.FileBytes);
            writer.WriteNumber("blobBytes", size.BlobBytes);
            writer.WriteNumber("treeBytes", size.TreeBytes);
            writer.WriteNumber("manifestBytes", size.ManifestBytes);
            writer.WriteNumber("imageBytes", size.ImageBytes);
            writer.WriteNumber("catalogBytes", size.CatalogBytes);
            writer.WriteNumber("totalBytes", size.PhysicalBytes);
            writer.WriteEndObject();
            writer.WriteStartObject("shared");
            writer.WriteNumber("archiveBytes", size.SharedArchiveBytes);
            writer.WriteNumber("fileBytes", size.SharedFileBytes);
            writer.WriteEndObject();
            writer.WritePropertyName("reclaimable");
            StorageCollection.Write(writer, reclaimable);
            writer.WriteEndObject();
        });
        return Answer.Bytes(200, "application/json", body, owner: null);
    }
}

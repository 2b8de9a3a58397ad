using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>The story of PublishLayerVersion.</summary>
public sealed class LayerPublisher(
    ArchiveIntake intake, ICatalog catalog, CodeStorage storage, TreeBuilder trees, TimeProvider time)
{
    /// <summary>
    /// 1. The archive becomes durable, and is held until 2 is through. 2. One catalog transaction sees to the quota and gives the next
    /// number: from here on the version exists.
    /// 3. Its tree is made behind the answer. A crash before 2 leaves only an archive that nothing names.
    /// </summary>
    public async Task<LayerVersion> PublishAsync(
        Caller caller, PublishLayerVersionRequest request, ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        if (request.LayerName is null || !LayerArn.TryParse(request.LayerName, caller, out LayerArn? layer))
        {
            throw AwsError.InvalidParameterValue($"The layer name {request.LayerName} is neither a name nor the ARN of a layer.");
        }

        LayerAccess.Require(caller, layer.Account, "lambda:PublishLayerVersion", layer.ToString());
        using IncomingArchive incoming = await intake.StoreAsync(archive, cancellationToken); // 1
        StoredArchive content = incoming.Content;
        LayerVersion version = await catalog.CommitAsync(
            transaction =>
            {
                storage.Require(transaction, layer.Account, layer.Region, content, replacedBytes: 0);
                return PutNext(transaction, layer, request, content, AwsDate.Format(time.GetUtcNow()));
            },
            cancellationToken); // 2
        trees.Enqueue(content); // 3
        return version;
    }

    private static LayerVersion PutNext(
        CatalogTransaction transaction, LayerArn layer, PublishLayerVersionRequest request, StoredArchive content, string createdDate)
    {
        string key = LayerDocuments.KeyOf(layer);
        LayerDocument? before = transaction.Find(LayerDocuments.Layers, key)?.Read(LayersJson.Default.LayerDocument);
        long number = (before?.LastVersion ?? 0) + 1;
        LayerVersion version = new()
        {
            LayerArn = layer.ToString(),
            Version = number,
            CreatedDate = createdDate,
            Description = request.Description ?? "",
            LicenseInfo = request.LicenseInfo,
            CompatibleRuntimes = request.CompatibleRuntimes,
            CompatibleArchitectures = request.CompatibleArchitectures,
            Content = content,
        };
        transaction.Put(LayerDocuments.Layers, key, new LayerDocument { LastVersion = number }, LayersJson.Default.LayerDocument);
        transaction.Put(LayerDocuments.Versions, LayerDocuments.KeyOf(layer.Version(number)), version, LayersJson.Default.LayerVersion);
        return version;
    }
}

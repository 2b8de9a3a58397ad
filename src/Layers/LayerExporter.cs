using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>Puts layer versions with their policies and content into one bundle that another machine imports.</summary>
public sealed class LayerExporter(ICatalog catalog, ArchiveIntake intake)
{
    /// <summary>All versions of a layer, newest first; throws when there is none.</summary>
    public IReadOnlyList<LayerVersionArn> VersionsOf(LayerArn layer)
    {
        LayerVersionArn[] versions =
        [
            .. catalog.Current.Scan(LayerDocuments.Versions, LayerDocuments.VersionsPrefix(layer), after: null)
                .Select(document => layer.Version(document.Read(LayersJson.Default.LayerVersion).Version)),
        ];
        return versions.Length > 0 ? versions : throw AwsError.ResourceNotFound($"The layer {layer} has no versions on this server.");
    }

    /// <summary>Everything is of one moment. Throws when a version is not there.</summary>
    public BundleDownload Export(IEnumerable<LayerVersionArn> arns)
    {
        CatalogSnapshot snapshot = catalog.Current;
        LayerVersionArn[] wanted = [.. arns.Distinct()];
        List<BundledVersion> versions = [];
        Dictionary<Sha256, StoredArchive> archives = [];
        foreach (LayerVersionArn arn in wanted)
        {
            LayerVersion version = LayerDocuments.FindVersion(snapshot, arn)
                ?? throw AwsError.ResourceNotFound($"Layer version {arn} does not exist.");
            archives.TryAdd(version.Content.Digest, version.Content);
            versions.Add(Bundled(arn, version, LayerDocuments.FindPolicy(snapshot, arn)));
        }

        BundleIndex index = new()
        {
            Layers = [.. wanted.Select(static arn => arn.Layer).Distinct().Select(layer => Bundled(snapshot, layer))],
            Versions = versions,
            Archives = [.. archives.Values.Select(static archive => new BundledArchive { Sha256 = archive.Digest, SizeBytes = archive.SizeBytes })],
        };
        return new BundleDownload(index, [.. archives.Values], intake.OpenArchive);
    }

    private static BundledLayer Bundled(CatalogSnapshot snapshot, LayerArn layer) =>
        new() { Arn = layer.ToString(), LastVersion = LayerDocuments.LastVersion(snapshot, layer) };

    private static BundledVersion Bundled(LayerVersionArn arn, LayerVersion version, LayerPolicy? policy) => new()
    {
        Arn = arn.ToString(),
        CreatedDate = version.CreatedDate,
        Description = version.Description,
        LicenseInfo = version.LicenseInfo,
        CompatibleRuntimes = version.CompatibleRuntimes,
        CompatibleArchitectures = version.CompatibleArchitectures,
        CodeSha256 = version.Content.Digest,
        Policy = policy,
    };
}

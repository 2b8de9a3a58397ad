using Lamina.Contract;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Code, layers and images of every function: of what serves, of what is being prepared, of every published version. Any of them may start at any moment.</summary>
public sealed class FunctionRoots : IArchiveRoots, IImageRoots
{
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) =>
        FunctionDocuments.AllVersions(snapshot).SelectMany(Of);

    public IEnumerable<Sha256> ImagesIn(CatalogSnapshot snapshot) => ImagesOf(FunctionDocuments.AllVersions(snapshot));

    public static IEnumerable<Sha256> ImagesOf(IEnumerable<FunctionVersion> versions) =>
        versions.Select(static version => version.Image).OfType<FunctionImage>().Select(static image => image.Digest);

    /// <summary>What one version needs to start, but for its image.</summary>
    public static IEnumerable<ArchiveRoot> Of(FunctionVersion version) => version.Layers
        .Select(static layer => layer.Content)
        .Concat(version.Code is { } code ? [code] : [])
        .Select(archive => new ArchiveRoot(archive, NameOf(version), WantsTree: true));

    private static string NameOf(FunctionVersion version) =>
        version.Version == FunctionArn.Latest ? version.Arn.ToString() : version.Arn.Qualified(version.Version);
}

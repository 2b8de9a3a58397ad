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

    public IEnumerable<ImageRoot> ImagesIn(CatalogSnapshot snapshot) => ImagesOf(FunctionDocuments.AllVersions(snapshot));

    public static IEnumerable<ImageRoot> ImagesOf(IEnumerable<FunctionVersion> versions) =>
        versions.Where(static version => version.Image is not null).Select(static version => new ImageRoot(version.Image!.Digest, NameOf(version)));

    /// <summary>What one version needs to start, but for its image.</summary>
    public static IEnumerable<ArchiveRoot> Of(FunctionVersion version) => version.Layers
        .Select(static layer => layer.Content)
        .Concat(version.Code is { } code ? [code] : [])
        .Select(archive => new ArchiveRoot(archive, NameOf(version), WantsTree: true));

    private static string NameOf(FunctionVersion version) =>
        version.Version == FunctionArn.Latest ? version.Arn.ToString() : version.Arn.Qualified(version.Version);
}

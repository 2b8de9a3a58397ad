using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Code and layers of every function, of the version that serves and of the one being prepared: any of them may start at any moment.</summary>
public sealed class FunctionRoots : IArchiveRoots
{
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) =>
        FunctionDocuments.All(snapshot).SelectMany(static document => Of(document.Latest).Concat(document.Former is { } former ? Of(former) : []));

    /// <summary>What one version needs to start.</summary>
    public static IEnumerable<ArchiveRoot> Of(FunctionVersion version) => version.Layers
        .Select(static layer => layer.Content)
        .Prepend(version.Code)
        .Select(archive => new ArchiveRoot(archive, version.Arn.ToString(), WantsTree: true));
}

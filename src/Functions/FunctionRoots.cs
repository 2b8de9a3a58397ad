using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>Code and layers of every function: of what serves, of what is being prepared, of every published version. Any of them may start at any moment.</summary>
public sealed class FunctionRoots : IArchiveRoots
{
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot) =>
        FunctionDocuments.AllVersions(snapshot).SelectMany(Of);

    /// <summary>What one version needs to start.</summary>
    public static IEnumerable<ArchiveRoot> Of(FunctionVersion version) => version.Layers
        .Select(static layer => layer.Content)
        .Prepend(version.Code)
        .Select(archive => new ArchiveRoot(archive, NameOf(version), WantsTree: true));

    private static string NameOf(FunctionVersion version) =>
        version.Version == FunctionArn.Latest ? version.Arn.ToString() : version.Arn.Qualified(version.Version);
}

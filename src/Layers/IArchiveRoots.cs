using Lamina.Store;

namespace Lamina.Layers;

/// <summary>An archive that must stay.</summary>
/// <param name="Name">ARN of the layer version or function that names it.</param>
/// <param name="WantsTree">It may be mounted at any moment, so its tree stays too; otherwise a tree is made when somebody asks for it.</param>
public readonly record struct ArchiveRoot(StoredArchive Archive, string Name, bool WantsTree);

/// <summary>
/// Those who name archives. What none of them names, and no lease holds, a collection deletes: so whoever writes an archive into the catalog,
/// or goes on using one after it left the catalog, is one of them.
/// </summary>
public interface IArchiveRoots
{
    /// <summary>All archives named by the catalog as it was in <paramref name="snapshot"/>, or by what runs now.</summary>
    IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot);
}

/// <summary>The layer versions. The newest of each layer wants its tree: it is the one that functions will be given.</summary>
public sealed class LayerRoots : IArchiveRoots
{
    public IEnumerable<ArchiveRoot> In(CatalogSnapshot snapshot)
    {
        string? layer = null;
        foreach (LayerVersion version in LayerDocuments.All(snapshot))
        {
            yield return new ArchiveRoot(version.Content, $"{version.LayerArn}:{version.Version}", version.LayerArn != layer);
            layer = version.LayerArn;
        }
    }
}

using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>The part of a collection that deals with what is derived: trees, manifests, and the files that only those trees had.</summary>
internal sealed class TreeCollection(StorageParts parts, CancellationToken cancellationToken)
{
    /// <summary>Gives up what no root wants mounted. Gives how many trees and manifests went, and the bytes of their files.</summary>
    public (int Trees, int Manifests, long FileBytes) GiveUp()
    {
        (IReadOnlyList<Sha256> trees, IReadOnlyList<Sha256> manifests) = Find();
        List<TreeManifest> given = [];
        int count = 0;
        foreach (Sha256 tree in trees)
        {
            TreeManifest? manifest = parts.Manifests.TryRead(tree);
            if (parts.Trees.TryGiveUp(tree))
            {
                count++;
                given.AddRange(manifest is null ? [] : [manifest]);
            }
        }

        int deleted = manifests.Count(tree => parts.Archives.Leases.TryDelete(tree, parts.Manifests.Delete));
        if (count > 0)
        {
            parts.Trees.EmptyTrash(cancellationToken);
        }

        return (count, deleted, given.Sum(manifest => parts.Trees.Files.RemoveUnused(manifest.Entries)));
    }

    /// <summary>What there is first, then who wants it: what is made meanwhile is not among the former.</summary>
    public (IReadOnlyList<Sha256> Trees, IReadOnlyList<Sha256> Manifests) Find()
    {
        IReadOnlyCollection<Sha256> trees = parts.Trees.ListReady();
        Sha256[] manifests = [.. parts.Manifests.List()];
        HashSet<Sha256> wanted = [.. parts.RootsNow().Where(static root => root.WantsTree).Select(static root => root.Archive.Tree)];
        return (
            [.. trees.Where(tree => !wanted.Contains(tree) && !parts.Trees.IsLeased(tree))],
            [.. manifests.Where(tree => !wanted.Contains(tree) && !parts.Trees.IsLeased(tree))]);
    }
}

using System.Collections.Concurrent;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers.Inspection;

/// <summary>The one place that reads manifests and files of stored archives for the inspector; keeps what the files say.</summary>
internal sealed class InspectionTrees(ManifestStore manifests, TreeStore trees)
{
    /// <summary>Facts kept in memory: about 200 bytes each. Twenty large layers of libraries have fewer.</summary>
    private const int FactsKept = 100_000;

    private readonly ConcurrentDictionary<Sha256, TreeFacts> _facts = new();
    private int _kept;

    public async Task<InspectedTree> ReadAsync(string source, bool isCode, StoredArchive archive, CancellationToken cancellationToken)
    {
        TreeManifest manifest = await ReadManifestAsync(archive, cancellationToken);
        if (!_facts.TryGetValue(archive.Tree, out TreeFacts? facts))
        {
            using TreeLease tree = await trees.LeaseAsync(archive, cancellationToken);
            facts = await Task.Run(() => ReadFacts(tree.Directory, manifest, cancellationToken), cancellationToken);
            Keep(archive.Tree, facts);
        }

        return new InspectedTree(source, isCode, manifest, facts);
    }

    public Task<TreeManifest> ReadManifestAsync(StoredArchive archive, CancellationToken cancellationToken) =>
        manifests.ReadAsync(archive, cancellationToken);

    private static TreeFacts ReadFacts(string directory, TreeManifest manifest, CancellationToken cancellationToken)
    {
        using SafeFileHandle folder = LinuxFiles.OpenFolder(directory);
        return new TreeFactsReader(new FolderContent(folder)).Read(manifest, cancellationToken);
    }

    private void Keep(Sha256 tree, TreeFacts facts)
    {
        // Rarely full, and cheap to read again: then all are forgotten at once.
        if (Interlocked.Add(ref _kept, facts.Count + 1) > FactsKept)
        {
            _facts.Clear();
            Interlocked.Exchange(ref _kept, facts.Count + 1);
        }

        _facts[tree] = facts;
    }
}

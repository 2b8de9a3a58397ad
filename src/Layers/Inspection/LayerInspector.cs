using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Layers.Inspection.Rules;
using Lamina.Store;

namespace Lamina.Layers.Inspection;

/// <summary>A function's code with the name it is shown under.</summary>
public sealed record InspectedCode(string Source, StoredArchive Archive);

/// <summary>What will run it, as far as anybody says; empty lists when nobody does.</summary>
public sealed record InspectionTarget(IReadOnlyList<string> Runtimes, IReadOnlyList<string> Architectures)
{
    /// <summary>What the request says; where it says nothing, what the layer says of itself.</summary>
    public static InspectionTarget Of(string? runtime, string? architecture, LayerVersion? layer) => new(
        runtime is null ? layer?.CompatibleRuntimes ?? [] : [runtime],
        architecture is null ? layer?.CompatibleArchitectures ?? [] : [architecture]);
}

/// <summary>
/// Says what a stack of layers shows and what is wrong with it: 1. manifests and what files' contents say, kept by tree; 2. the merge;
/// 3. the rules, each on its own; 4. the worst finding first.
/// </summary>
public sealed class LayerInspector
{
    private readonly InspectionTrees _trees;
    private readonly ImmutableArray<IInspectionRule> _rules;

    // An archive that is only looked at is inflated in memory: one at a time.
    private readonly SemaphoreSlim _archives = new(1);

    public LayerInspector(ManifestStore manifests, TreeStore trees)
        : this(manifests, trees, HostLibC.Glibc)
    {
    }

    internal LayerInspector(ManifestStore manifests, TreeStore trees, Version? hostGlibc)
    {
        _trees = new InspectionTrees(manifests, trees);
        _rules =
        [
            new ShadowedEntries(), new ShadowedLayers(), new Symlinks(), new NamesByCase(), new Modes(), new ElfFiles(hostGlibc),
            new PythonExtensions(), new PackagesTwice(), new UnseenFolders(), new DeadWeight(),
        ];
    }

    /// <summary>Layers in merge order, with the function's code when there is one.</summary>
    public async Task<Inspection> InspectAsync(
        ImmutableArray<LayerReference> layers, InspectedCode? code, InspectionTarget target, CancellationToken cancellationToken)
    {
        List<InspectedTree> trees = [];
        foreach (LayerReference layer in layers)
        {
            trees.Add(await _trees.ReadAsync(layer.Arn, isCode: false, layer.Content, cancellationToken));
        }

        if (code is not null)
        {
            trees.Add(await _trees.ReadAsync(code.Source, isCode: true, code.Archive, cancellationToken));
        }

        return Inspect([.. trees], target);
    }

    /// <summary>An archive as the only layer; nothing of it is stored. Throws as publishing it would.</summary>
    public async Task<Inspection> InspectAsync(
        string source, ReadOnlyMemory<byte> archive, InspectionTarget target, CancellationToken cancellationToken)
    {
        await _archives.WaitAsync(cancellationToken);
        try
        {
            TreeManifest manifest = await CheckAsync(archive, cancellationToken);
            TreeFacts facts = await Task.Run(
                () => new TreeFactsReader(new ArchiveContent(new MemoryArchive(archive))).Read(manifest, cancellationToken), cancellationToken);
            return Inspect([new InspectedTree(source, isCode: false, manifest, facts)], target);
        }
        finally
        {
            _archives.Release();
        }
    }

    public async Task<LayerDifference> CompareAsync(StoredArchive from, StoredArchive to, CancellationToken cancellationToken) =>
        LayerDifference.Of(await _trees.ReadManifestAsync(from, cancellationToken), await _trees.ReadManifestAsync(to, cancellationToken));

    /// <summary>With an archive that is not stored.</summary>
    public async Task<LayerDifference> CompareAsync(StoredArchive from, ReadOnlyMemory<byte> to, CancellationToken cancellationToken) =>
        LayerDifference.Of(await _trees.ReadManifestAsync(from, cancellationToken), await CheckAsync(to, cancellationToken));

    private static Task<TreeManifest> CheckAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken) =>
        archive.IsEmpty ? throw ArchiveFault.Empty()
        : archive.Length > Limits.ZippedUploadBytes ? throw ArchiveFault.ZippedTooLarge(Limits.ZippedUploadBytes)
        : ArchiveChecker.CheckAsync(new MemoryArchive(archive), cancellationToken);

    private Inspection Inspect(ImmutableArray<InspectedTree> trees, InspectionTarget target)
    {
        InspectedStack stack = new(trees, [.. target.Runtimes.Select(LambdaRuntime.Parse)], [.. target.Architectures]);
        return new Inspection
        {
            Runtimes = [.. target.Runtimes],
            Architectures = stack.Architectures,
            Sources = Totals(stack),
            Findings =
            [
                .. _rules.SelectMany(rule => rule.Find(stack))
                    .OrderBy(static finding => finding.Severity)
                    .ThenBy(static finding => finding.Code, StringComparer.Ordinal)
                    .ThenBy(static finding => finding.Path, StringComparer.Ordinal),
            ],
            Entries = [.. stack.Opt.Seen.Select(node => node.Describe(stack.Sources))],
        };
    }

    private static ImmutableArray<SourceTotal> Totals(InspectedStack stack)
    {
        ILookup<InspectedTree, SeenEntry> seen = stack.Seen.Where(static entry => entry.Entry.Kind != OptEntryKind.Directory)
            .ToLookup(static entry => entry.Tree);
        return
        [
            .. stack.Trees.Select(tree => new SourceTotal(
                tree.Source,
                tree.IsCode,
                tree.Manifest.Entries.Count(static entry => entry.Kind != OptEntryKind.Directory),
                tree.Manifest.UnzippedBytes,
                seen[tree].Count(),
                seen[tree].Where(static entry => entry.IsFile).Sum(static entry => entry.Entry.SizeBytes))),
        ];
    }
}

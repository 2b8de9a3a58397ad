using System.Collections.Immutable;

namespace Lamina.Layers.Inspection;

/// <summary>A layer's tree, or that of the function's code, with what its contents say.</summary>
internal sealed class InspectedTree(string source, bool isCode, TreeManifest manifest, TreeFacts facts)
{
    /// <summary>ARN of the layer version or function, or the name of an archive that is not published.</summary>
    public string Source => source;

    public bool IsCode => isCode;

    public TreeManifest Manifest => manifest;

    public TreeFacts Facts => facts;


    public string Root => isCode ? "/var/task/" : "/opt/";
}

/// <summary>A file, folder or symlink that the function sees.</summary>
internal readonly record struct SeenEntry(InspectedTree Tree, TreeEntry Entry)
{
    public string Path => Tree.Root + Entry.Path;

    public bool IsFile => Entry.Kind == OptEntryKind.File;

    public ElfFacts? Elf => Tree.Facts.ElfFiles.GetValueOrDefault(Entry.Path);

    public Finding Found(string code, FindingSeverity severity, string message) => new(code, severity, Path, [Tree.Source], message);
}

/// <summary>Everything the rules look at.</summary>
internal sealed class InspectedStack
{
    /// <param name="trees">Layers in merge order, and the function's code last when there is any.</param>
    public InspectedStack(ImmutableArray<InspectedTree> trees, ImmutableArray<LambdaRuntime> runtimes, ImmutableArray<string> architectures)
    {
        Trees = trees;
        Runtimes = runtimes;
        Architectures = architectures;
        Sources = [.. trees.Select(static tree => tree.Source)];
        Opt = MergedTree.Of([.. trees.Where(static tree => !tree.IsCode).Select(static tree => tree.Manifest)]);
        Seen =
        [
            .. Opt.Seen.Select(node => new SeenEntry(trees[node.Source], node.Entry)),
            .. trees.Where(static tree => tree.IsCode).SelectMany(static tree => tree.Manifest.Entries.Select(entry => new SeenEntry(tree, entry))),
        ];
    }

    public ImmutableArray<InspectedTree> Trees { get; }

    public ImmutableArray<string> Sources { get; }

    /// <summary>Of which one will run it; empty when nobody says.</summary>
    public ImmutableArray<LambdaRuntime> Runtimes { get; }

    public ImmutableArray<string> Architectures { get; }

    /// <summary>Indices of its nodes are those of <see cref="Trees"/>.</summary>
    public MergedTree Opt { get; }

    public ImmutableArray<SeenEntry> Seen { get; }

    /// <summary>Whether such a runtime will run it; true also when nobody says.</summary>
    public bool MayRun(RuntimeFamily family) => Runtimes.IsEmpty || Runtimes.Any(runtime => runtime.Family == family);
}

/// <summary>Looks for one kind of finding. Stateless.</summary>
internal interface IInspectionRule
{
    IEnumerable<Finding> Find(InspectedStack stack);
}

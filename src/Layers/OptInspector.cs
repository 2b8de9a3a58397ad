using System.Collections.Immutable;
using Lamina.Layers.Inspection;

namespace Lamina.Layers;

public enum OptEntryKind
{
    File,
    Directory,
    Symlink,
}

/// <param name="Path">Absolute, below /opt.</param>
/// <param name="Mode">Permission bits, for example 0x1ED for 0755.</param>
/// <param name="Layer">ARN of the layer version it comes from.</param>
/// <param name="Shadows">ARNs of the earlier layers whose entry of the same path it covers, nearest first; empty for merged folders.</param>
public sealed record OptEntry(
    string Path, OptEntryKind Kind, long SizeBytes, int Mode, string? LinkTarget, string Layer, ImmutableArray<string> Shadows);

/// <summary>Says what /opt of a function shows and where each path comes from, from manifests alone.</summary>
public sealed class OptInspector(ManifestStore manifests)
{
    /// <summary>The merged tree in ordinal order of paths, as overlayfs merges it: later layers cover earlier ones, folders merge.</summary>
    public async Task<ImmutableArray<OptEntry>> InspectAsync(ImmutableArray<LayerReference> stack, CancellationToken cancellationToken)
    {
        TreeManifest[] trees = new TreeManifest[stack.Length];
        for (int i = 0; i < stack.Length; i++)
        {
            trees[i] = await manifests.ReadAsync(stack[i].Content, cancellationToken);
        }

        ImmutableArray<string> arns = [.. stack.Select(static layer => layer.Arn)];
        return [.. MergedTree.Of(trees).Seen.Select(node => node.Describe(arns))];
    }
}

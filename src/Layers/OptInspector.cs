using System.Collections.Immutable;

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
        Node root = new();
        foreach (LayerReference layer in stack)
        {
            TreeManifest manifest = await manifests.ReadAsync(layer.Content, cancellationToken);
            foreach (TreeEntry entry in manifest.Entries)
            {
                FindOrAdd(root, entry.Path).Cover(entry, layer.Arn);
            }
        }

        List<OptEntry> entries = [];
        Stack<Node> open = new([root]);
        while (open.TryPop(out Node? folder))
        {
            foreach (Node node in folder.Children.Values)
            {
                entries.Add(node.Describe());
                open.Push(node);
            }
        }

        entries.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return [.. entries];
    }

    /// <summary>A manifest names every folder before what is in it, so only the last component can be new.</summary>
    private static Node FindOrAdd(Node root, string path)
    {
        Node node = root;
        foreach (string name in path.Split('/'))
        {
            if (!node.Children.TryGetValue(name, out Node? child))
            {
                node.Children.Add(name, child = new Node());
            }

            node = child;
        }

        return node;
    }

    private sealed class Node
    {
        private readonly List<string> _layers = [];
        private TreeEntry? _entry;
        private bool _merged;

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        /// <summary>A later layer has this path too.</summary>
        public void Cover(TreeEntry entry, string layer)
        {
            // Folders merge, with the attributes of the topmost. Everything else hides what was there with all below it.
            _merged = entry.Kind == OptEntryKind.Directory && _entry?.Kind == OptEntryKind.Directory;
            if (!_merged)
            {
                Children.Clear();
            }

            _entry = entry;
            _layers.Add(layer);
        }

        public OptEntry Describe()
        {
            TreeEntry entry = _entry!;
            ImmutableArray<string> shadows = _merged ? [] : [.. _layers.SkipLast(1).Reverse()];
            return new OptEntry("/opt/" + entry.Path, entry.Kind, entry.SizeBytes, entry.Mode, entry.LinkTarget, _layers[^1], shadows);
        }
    }
}

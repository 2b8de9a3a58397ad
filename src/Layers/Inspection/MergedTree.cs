using System.Collections.Immutable;

namespace Lamina.Layers.Inspection;

/// <summary>One layer's (or the code's) entry of a path.</summary>
/// <param name="Source">Index of the tree in the stack.</param>
internal readonly record struct SourceEntry(int Source, TreeEntry Entry);

/// <summary>Trees laid over one another as overlayfs does it: later ones cover earlier ones, folders merge.</summary>
internal sealed class MergedTree
{
    private readonly Node _root = new();

    private MergedTree()
    {
    }

    /// <summary>What is seen, in ordinal order of the paths.</summary>
    public ImmutableArray<Node> Seen { get; private set; } = [];

    public static MergedTree Of(IReadOnlyList<TreeManifest> trees)
    {
        MergedTree merged = new();
        for (int source = 0; source < trees.Count; source++)
        {
            foreach (TreeEntry entry in trees[source].Entries)
            {
                merged.FindOrAdd(entry.Path).Cover(new SourceEntry(source, entry));
            }
        }

        List<Node> seen = [];
        Stack<Node> open = new([merged._root]);
        while (open.TryPop(out Node? folder))
        {
            foreach (Node node in folder.Children)
            {
                seen.Add(node);
                open.Push(node);
            }
        }

        seen.Sort(static (a, b) => string.CompareOrdinal(a.Entry.Path, b.Entry.Path));
        merged.Seen = [.. seen];
        return merged;
    }

    /// <summary>The children of a folder by its path; the empty path is the root.</summary>
    public IEnumerable<Node> ChildrenOf(string path) => (path.Length == 0 ? _root : Find(path))?.Children ?? [];

    public Node? Find(string path)
    {
        Node? node = _root;
        foreach (Range part in path.AsSpan().Split('/'))
        {
            node = node.Find(path.AsSpan(part));
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>A manifest names every folder before what is in it, so only the last component can be new.</summary>
    private Node FindOrAdd(string path)
    {
        Node node = _root;
        foreach (Range part in path.AsSpan().Split('/'))
        {
            node = node.FindOrAdd(path.AsSpan(part));
        }

        return node;
    }

    /// <summary>One path, with everything that was ever laid on it.</summary>
    internal sealed class Node
    {
        private readonly List<SourceEntry> _layers = new(1);
        private Dictionary<string, Node>? _children;

        public TreeEntry Entry => _layers[^1].Entry;

        public int Source => _layers[^1].Source;

        public IEnumerable<Node> Children => _children is null ? [] : _children.Values;

        /// <summary>In merge order; the last is seen.</summary>
        public IReadOnlyList<SourceEntry> Layers => _layers;

        /// <summary>A folder that continues an earlier layer's folder.</summary>
        public bool IsMerged { get; private set; }

        /// <summary>Files below a folder that a later layer covered with something else.</summary>
        public int HiddenFiles { get; private set; }

        public Node? Find(ReadOnlySpan<char> name) =>
            _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out Node? child) ? child : null;

        public Node FindOrAdd(ReadOnlySpan<char> name)
        {
            Node? child = Find(name);
            if (child is null)
            {
                child = new Node();
                (_children ??= new Dictionary<string, Node>(StringComparer.Ordinal)).Add(name.ToString(), child);
            }

            return child;
        }

        /// <summary>A later layer has this path too.</summary>
        public void Cover(SourceEntry layer)
        {
            // Folders merge, with the attributes of the topmost. Everything else hides what was there with all below it.
            IsMerged = layer.Entry.Kind == OptEntryKind.Directory && _layers.Count > 0 && Entry.Kind == OptEntryKind.Directory;
            if (!IsMerged && _children is not null)
            {
                HiddenFiles += CountFiles(this);
                _children = null;
            }

            _layers.Add(layer);
        }

        /// <summary>As people and programs are told of it.</summary>
        public OptEntry Describe(ImmutableArray<string> sources)
        {
            TreeEntry entry = Entry;
            ImmutableArray<string> shadows = IsMerged ? [] : [.. _layers.SkipLast(1).Reverse().Select(layer => sources[layer.Source])];
            return new OptEntry("/opt/" + entry.Path, entry.Kind, entry.SizeBytes, entry.Mode, entry.LinkTarget, sources[Source], shadows);
        }

        private static int CountFiles(Node folder)
        {
            int files = 0;
            Stack<Node> open = new([folder]);
            while (open.TryPop(out Node? node))
            {
                foreach (Node child in node.Children)
                {
                    files += child.Entry.Kind == OptEntryKind.Directory ? 0 : 1;
                    open.Push(child);
                }
            }

            return files;
        }
    }
}

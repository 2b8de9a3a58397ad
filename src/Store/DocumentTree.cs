namespace Lamina.Store;

/// <summary>
/// The documents of one collection in ordinal order of their keys: an immutable AVL tree. A change copies one path
/// (about 1.4 · log2 n nodes), so snapshots share almost everything; finding allocates nothing, a scan starts where it should.
/// </summary>
internal sealed class DocumentTree
{
    public static readonly DocumentTree Empty = new(null);

    private readonly Node? _root;

    private DocumentTree(Node? root) => _root = root;

    /// <summary>Builds from documents that are already in ordinal order of their keys.</summary>
    public static DocumentTree FromSorted(List<Document> documents) => new(Build(documents, 0, documents.Count));

    public Document? Find(string key)
    {
        Node? node = _root;
        while (node is not null)
        {
            int order = string.CompareOrdinal(key, node.Document.Key);
            if (order == 0)
            {
                return node.Document;
            }

            node = order < 0 ? node.Left : node.Right;
        }

        return null;
    }

    public DocumentTree With(Document document) => new(Insert(_root, document));

    public DocumentTree Without(string key) => Find(key) is null ? this : new(Remove(_root!, key));

    public IEnumerable<Document> Scan(string prefix, string? after)
    {
        bool exclusive = after is not null && string.CompareOrdinal(after, prefix) >= 0;
        string start = exclusive ? after! : prefix;
        Stack<Node> path = new();
        Node? node = _root;
        while (node is not null)
        {
            int order = string.CompareOrdinal(start, node.Document.Key);
            bool included = exclusive ? order < 0 : order <= 0;
            if (included)
            {
                path.Push(node);
            }

            node = included ? node.Left : node.Right;
        }

        while (path.TryPop(out Node? next) && next.Document.Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            yield return next.Document;
            for (Node? below = next.Right; below is not null; below = below.Left)
            {
                path.Push(below);
            }
        }
    }

    private static Node? Build(List<Document> documents, int from, int to)
    {
        if (from == to)
        {
            return null;
        }

        int middle = from + ((to - from) / 2);
        return new Node(documents[middle], Build(documents, from, middle), Build(documents, middle + 1, to));
    }

    private static Node Insert(Node? node, Document document)
    {
        if (node is null)
        {
            return new Node(document, null, null);
        }

        int order = string.CompareOrdinal(document.Key, node.Document.Key);
        return order switch
        {
            0 => new Node(document, node.Left, node.Right),
            < 0 => Balanced(node.Document, Insert(node.Left, document), node.Right),
            _ => Balanced(node.Document, node.Left, Insert(node.Right, document)),
        };
    }

    private static Node? Remove(Node node, string key)
    {
        int order = string.CompareOrdinal(key, node.Document.Key);
        if (order < 0)
        {
            return Balanced(node.Document, Remove(node.Left!, key), node.Right);
        }

        if (order > 0)
        {
            return Balanced(node.Document, node.Left, Remove(node.Right!, key));
        }

        if (node.Left is null || node.Right is null)
        {
            return node.Left ?? node.Right;
        }

        Document successor = First(node.Right).Document;
        return Balanced(successor, node.Left, Remove(node.Right, successor.Key));
    }

    private static Node First(Node node)
    {
        while (node.Left is not null)
        {
            node = node.Left;
        }

        return node;
    }

    private static Node Balanced(Document document, Node? left, Node? right)
    {
        int lean = Height(left) - Height(right);
        if (lean > 1)
        {
            return Height(left!.Left) >= Height(left.Right)
                ? new Node(left.Document, left.Left, new Node(document, left.Right, right))
                : new Node(
                    left.Right!.Document,
                    new Node(left.Document, left.Left, left.Right.Left),
                    new Node(document, left.Right.Right, right));
        }

        if (lean < -1)
        {
            return Height(right!.Right) >= Height(right.Left)
                ? new Node(right.Document, new Node(document, left, right.Left), right.Right)
                : new Node(
                    right.Left!.Document,
                    new Node(document, left, right.Left.Left),
                    new Node(right.Document, right.Left.Right, right.Right));
        }

        return new Node(document, left, right);
    }

    private static int Height(Node? node) => node?.Height ?? 0;

    private sealed class Node(Document document, Node? left, Node? right)
    {
        public Document Document { get; } = document;

        public Node? Left { get; } = left;

        public Node? Right { get; } = right;

        public int Height { get; } = 1 + Math.Max(DocumentTree.Height(left), DocumentTree.Height(right));
    }
}

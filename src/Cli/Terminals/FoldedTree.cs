using System.Globalization;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Terminals;

/// <summary>Which folders of a large tree are opened: from the top down, as long as what is shown stays readable.</summary>
internal sealed class FoldedTree
{
    private const int ReadableRows = 200;

    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly ILookup<string, OptEntry> _children;

    public FoldedTree(IReadOnlyList<OptEntry> entries, string root, bool all)
    {
        _children = entries.ToLookup(entry => entry.Path[..entry.Path.LastIndexOf('/')], StringComparer.Ordinal);
        var queue = new Queue<string>([root]);
        int rows = 0;
        while (queue.TryDequeue(out string? folder))
        {
            OptEntry[] children = [.. _children[folder]];
            if (!all && rows + children.Length > ReadableRows)
            {
                continue;
            }

            rows += children.Length;
            _open.Add(folder);
            foreach (OptEntry child in children.Where(child => child.IsDirectory))
            {
                queue.Enqueue(child.Path);
            }
        }
    }

    /// <summary>In ordinal order, as they came.</summary>
    public OptEntry[] Children(string folder) => [.. _children[folder]];

    public bool IsOpen(string folder) => _open.Contains(folder);

    /// <summary>What a folder that is not opened holds: <c>(1,234 files, 5.1 MB)</c></summary>
    public string Contents(string folder)
    {
        int files = 0;
        long bytes = 0;
        var open = new Stack<string>([folder]);
        while (open.TryPop(out string? path))
        {
            foreach (OptEntry child in _children[path])
            {
                if (child.IsDirectory)
                {
                    open.Push(child.Path);
                }
                else
                {
                    files++;
                    bytes += child.SizeBytes;
                }
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"({files:N0} files, {Sizes.Readable(bytes)})");
    }
}

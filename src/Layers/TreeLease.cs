using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>A tree that somebody shows or is about to: it is not deleted until this is disposed.</summary>
public sealed class TreeLease : IDisposable
{
    private readonly TreeStore _trees;
    private readonly Sha256 _tree;
    private bool _ended;

    internal TreeLease(TreeStore trees, Sha256 tree, string directory)
    {
        _trees = trees;
        _tree = tree;
        Directory = directory;
    }

    public string Directory { get; }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _ended, true))
        {
            _trees.End(_tree);
        }
    }
}

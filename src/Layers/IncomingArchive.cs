using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// An archive that is stored and checked, and held until the catalog names it: to be disposed after the catalog's transaction,
/// not before. Without one the next collection takes it.
/// </summary>
public sealed class IncomingArchive : IDisposable
{
    private readonly DigestLease _lease;

    internal IncomingArchive(StoredArchive content, DigestLease lease)
    {
        Content = content;
        _lease = lease;
    }

    public StoredArchive Content { get; }

    public void Dispose() => _lease.Dispose();
}

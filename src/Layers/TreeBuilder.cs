using System.Threading.Channels;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// The loop that makes trees behind the answer to a publish, one after another. It starts with the layer versions whose trees
/// are missing: those published just before a crash, or lost with the derived folders.
/// </summary>
public sealed class TreeBuilder : IAsyncDisposable
{
    private readonly Channel<StoredArchive> _waiting = Channel.CreateUnbounded<StoredArchive>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TreeStore _trees;
    private readonly Action<Exception> _reportFailure;
    private readonly Task _loop;

    /// <param name="trees">Outlives this loop.</param>
    /// <param name="catalog">Read once, for what is missing.</param>
    /// <param name="reportFailure">Told of trees that could not be made; whoever needs such a tree tries again and gets the reason.</param>
    public TreeBuilder(TreeStore trees, ICatalog catalog, Action<Exception> reportFailure)
    {
        _trees = trees;
        _reportFailure = reportFailure;
        foreach (Document version in catalog.Current.Scan(LayerDocuments.Versions, prefix: "", after: null))
        {
            StoredArchive content = version.Read(LayersJson.Default.LayerVersion).Content;
            if (trees.TryGetDirectory(content) is null)
            {
                Enqueue(content);
            }
        }

        _loop = Task.Run(RunAsync);
    }

    public void Enqueue(StoredArchive archive) => _waiting.Writer.TryWrite(archive);

    /// <summary>Stops after the tree being made, or at once when the tree store stops first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (StoredArchive archive in _waiting.Reader.ReadAllAsync(_stopping.Token))
            {
                await TryBuildAsync(archive);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed, or the tree store is: it ends the build under way, and there will be no other.
        }
    }

    private async Task TryBuildAsync(StoredArchive archive)
    {
        try
        {
            await _trees.MaterializeAsync(archive, _stopping.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop stays alive for the other trees.
            _reportFailure(failure);
        }
    }
}

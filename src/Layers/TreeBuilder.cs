using System.Threading.Channels;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// The loop that makes trees behind the answer to a publish, one after another. It starts with the newest versions
/// whose trees are missing: those published just before a crash, or lost with the derived folders. Older versions get one when used.
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
        foreach (LayerVersion newest in LayerDocuments.Newest(catalog.Current))
        {
            if (!trees.IsReady(newest.Content))
            {
                Enqueue(newest.Content);
            }
        }

        _loop = Task.Run(RunAsync);
    }

    /// <summary>Raised when a tree was made: that of a former version may be of no use from now on.</summary>
    public event Action? Built;

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
            using (await _trees.LeaseAsync(archive, _stopping.Token))
            {
            }

            Built?.Invoke();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop stays alive for the other trees.
            _reportFailure(failure);
        }
    }
}

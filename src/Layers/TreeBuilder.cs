using System.Threading.Channels;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// The loop that makes trees behind the answer to a publish, one after another. It starts with the newest versions
/// whose trees are missing: those published just before a crash, or lost with the derived folders. Older versions get one when used.
/// </summary>
public sealed class TreeBuilder : IAsyncDisposable
{
    private readonly Channel<Work> _waiting = Channel.CreateUnbounded<Work>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TreeStore _trees;
    private readonly ICatalog _catalog;
    private readonly Action<Exception> _reportFailure;
    private readonly Task _loop;

    /// <param name="trees">Outlives this loop.</param>
    /// <param name="catalog">Says which trees are missing, and whether one that could not be made matters.</param>
    /// <param name="reportFailure">Told of trees that could not be made; whoever needs such a tree tries again and gets the reason.</param>
    public TreeBuilder(TreeStore trees, ICatalog catalog, Action<Exception> reportFailure)
    {
        _trees = trees;
        _catalog = catalog;
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

    public void Enqueue(StoredArchive archive) => _waiting.Writer.TryWrite(new Work(archive, null));

    /// <summary>Completes when the trees that wait now are made.</summary>
    internal Task DrainAsync()
    {
        TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite(new Work(null, drained));
        return drained.Task;
    }

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
            await foreach (Work work in _waiting.Reader.ReadAllAsync(_stopping.Token))
            {
                if (work.Archive is not null)
                {
                    await TryBuildAsync(work.Archive);
                }

                work.Drained?.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed, or the tree store is: it ends the build under way, and there will be no other.
        }
    }

    /// <summary>What was deleted before its turn came needs no tree; what was published again meanwhile is there now, and is tried once more.</summary>
    private async Task TryBuildAsync(StoredArchive archive)
    {
        if (await FailureOfAsync(archive) is not null && IsNamed(archive) && await FailureOfAsync(archive) is { } failure && IsNamed(archive))
        {
            _reportFailure(failure);
        }
    }

    private bool IsNamed(StoredArchive archive) =>
        LayerDocuments.All(_catalog.Current).Any(version => version.Content.Digest == archive.Digest);

    private async Task<Exception?> FailureOfAsync(StoredArchive archive)
    {
        try
        {
            using (await _trees.LeaseAsync(archive, _stopping.Token))
            {
            }

            Built?.Invoke();
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop stays alive for the other trees.
            return failure;
        }
    }

    /// <param name="Archive">Whose tree is to be made.</param>
    /// <param name="Drained">Told when its turn has come.</param>
    private readonly record struct Work(StoredArchive? Archive, TaskCompletionSource? Drained);
}

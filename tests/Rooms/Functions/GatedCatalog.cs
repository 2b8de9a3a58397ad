using Lamina.Store;

namespace Lamina.Rooms.Tests.Functions;

/// <summary>A real catalog whose commits can be held back, so that a test sees the moment between an answer and what follows it.</summary>
internal sealed class GatedCatalog(ICatalog inner) : ICatalog
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _gate = Opened();
    private TaskCompletionSource _held = Opened();
    private int _free = int.MaxValue;

    public CatalogSnapshot Current => inner.Current;

    /// <summary>Lets the next <paramref name="commits"/> pass and holds those after them until <see cref="Open"/>.</summary>
    /// <returns>Ends when the first commit is held.</returns>
    public Task HoldAfter(int commits)
    {
        lock (_lock)
        {
            _free = commits;
            _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _held.Task;
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _free = int.MaxValue;
            _gate.TrySetResult();
        }
    }

    public async Task<T> CommitAsync<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken)
    {
        await Pass().WaitAsync(cancellationToken);
        return await inner.CommitAsync(change, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Task Pass()
    {
        lock (_lock)
        {
            if (_free-- > 0)
            {
                return Task.CompletedTask;
            }

            _held.TrySetResult();
            return _gate.Task;
        }
    }

    private static TaskCompletionSource Opened()
    {
        TaskCompletionSource opened = new();
        opened.SetResult();
        return opened;
    }
}

using System.Collections.Concurrent;

namespace Lamina.Store;

/// <summary>
/// Group commit: one thread owns what is changed. The changes that wait when it comes back from a flush are committed together, in the
/// order they came, and share the next one.
/// </summary>
/// <typeparam name="TTarget">What changes are made on.</typeparam>
public sealed class ChangeQueue<TTarget> : IAsyncDisposable
{
    private readonly BlockingCollection<PendingChange<TTarget>> _changes = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private readonly int _groupSize;
    private readonly Action<IReadOnlyList<PendingChange<TTarget>>> _commit;

    /// <param name="name">Of the thread, and in the error that a change gets after the end.</param>
    /// <param name="groupSize">Changes: bounds how long the first of many waiting ones waits for the last of its group.</param>
    /// <param name="commit">Runs the changes, makes them durable, then answers or fails each. It must not throw.</param>
    public ChangeQueue(string name, int groupSize, Action<IReadOnlyList<PendingChange<TTarget>>> commit)
    {
        _name = name;
        _groupSize = groupSize;
        _commit = commit;
    }

    public void Start() => new Thread(Run) { IsBackground = true, Name = _name }.Start();

    /// <summary>The change runs on the queue's thread. The task ends when it is durable, or with what it threw.</summary>
    public Task<T> AddAsync<T>(Func<TTarget, T> change, CancellationToken cancellationToken)
    {
        PendingChange<TTarget, T> waiting = new(change, cancellationToken);
        try
        {
            _changes.Add(waiting, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            waiting.Fail(new ObjectDisposedException(_name));
        }

        return waiting.Task;
    }

    /// <summary>Takes no more changes, and ends when those that wait are committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.CompleteAdding();
        await _stopped.Task;
    }

    private void Run()
    {
        List<PendingChange<TTarget>> group = [];
        while (!_changes.IsCompleted)
        {
            group.Clear();
            if (_changes.TryTake(out PendingChange<TTarget>? first, Timeout.Infinite))
            {
                group.Add(first);
                while (group.Count < _groupSize && _changes.TryTake(out PendingChange<TTarget>? next))
                {
                    group.Add(next);
                }

                _commit(group);
            }
        }

        _stopped.SetResult();
    }
}

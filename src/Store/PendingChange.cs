namespace Lamina.Store;

/// <summary>A change waiting for the thread of a <see cref="ChangeQueue{TTarget}"/>, or run and waiting to become durable.</summary>
/// <typeparam name="TTarget">What changes are made on.</typeparam>
public abstract class PendingChange<TTarget>
{
    /// <summary>Runs the change. False when it was cancelled before or threw: then what it did is to be undone.</summary>
    public abstract bool TryRun(TTarget target);

    /// <summary>Answers the caller, once what the change saw and did is durable.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception reason);
}

internal sealed class PendingChange<TTarget, T>(Func<TTarget, T> change, CancellationToken cancellationToken) : PendingChange<TTarget>
{
    // Continuations must not run on the queue's thread: every writer waits for it.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _thrown;
    private T? _result;
    private bool _cancelled;

    public Task<T> Task => _answer.Task;

    public override bool TryRun(TTarget target)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _cancelled = true;
            return false;
        }

        try
        {
            _result = change(target);
            return true;
        }
        catch (Exception thrown)
        {
            // Whatever a change throws belongs to its caller; the queue's thread lives on.
            _thrown = thrown;
            return false;
        }
    }

    public override void Answer()
    {
        if (_thrown is not null)
        {
            _answer.TrySetException(_thrown);
        }
        else if (_cancelled)
        {
            _answer.TrySetCanceled(cancellationToken);
        }
        else
        {
            _answer.TrySetResult(_result!);
        }
    }

    public override void Fail(Exception reason) => _answer.TrySetException(reason);
}

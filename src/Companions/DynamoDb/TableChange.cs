namespace Lamina.Companions.DynamoDb;

/// <summary>A change waiting for the store's thread, or run and waiting to become durable.</summary>
internal abstract class TableChange
{
    /// <summary>Runs the change. False when it was cancelled before or threw: then what it wrote is to be undone.</summary>
    public abstract bool TryRun(TableWriter writer);

    /// <summary>Answers the caller, once what the change saw and did is durable.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception reason);
}

internal sealed class TableChange<T>(Func<TableWriter, T> change, CancellationToken cancellationToken) : TableChange
{
    // Continuations must not run on the store's thread: every writer waits for it.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _thrown;
    private T? _result;
    private bool _cancelled;

    public Task<T> Task => _answer.Task;

    public override bool TryRun(TableWriter writer)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _cancelled = true;
            return false;
        }

        try
        {
            _result = change(writer);
            return true;
        }
        catch (Exception thrown)
        {
            // Whatever a change throws belongs to its caller; the store's thread lives on.
            _thrown = thrown;
            return false;
        }
    }

    public override void Answer()
    {
        if (_cancelled)
        {
            _answer.TrySetCanceled(cancellationToken);
        }
        else if (_thrown is not null)
        {
            _answer.TrySetException(_thrown);
        }
        else
        {
            _answer.TrySetResult(_result!);
        }
    }

    public override void Fail(Exception reason) => _answer.TrySetException(reason);
}

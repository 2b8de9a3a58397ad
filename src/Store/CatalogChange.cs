namespace Lamina.Store;

/// <summary>A change waiting for the catalog's thread, or run and waiting to become durable.</summary>
internal abstract class CatalogChange
{
    /// <summary>Runs the change. False when it was cancelled before or threw: then the overlay is to be dropped.</summary>
    public abstract bool TryRun(CatalogOverlay overlay);

    /// <summary>Answers the caller, once what the change saw and did is durable.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception reason);
}

internal sealed class CatalogChange<T>(Func<CatalogTransaction, T> change, CancellationToken cancellationToken) : CatalogChange
{
    // Continuations must not run on the catalog's thread: every writer waits for it.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _thrown;
    private T? _result;
    private bool _cancelled;

    public Task<T> Task => _answer.Task;

    public override bool TryRun(CatalogOverlay overlay)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _cancelled = true;
            return false;
        }

        try
        {
            _result = change(overlay);
            return true;
        }
        catch (Exception thrown)
        {
            // Whatever a change throws belongs to its caller; the catalog's thread lives on.
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

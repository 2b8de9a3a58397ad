using Lamina.Stacks.Resources;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Stacks.Engine;

/// <summary>
/// Runs the operations of stacks, each in a task of its own. What a stop or a crash left goes on at the next start. Owned by the server;
/// <see cref="DisposeAsync"/> ends the tasks where they are.
/// </summary>
public sealed partial class StackEngine : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CancellationTokenSource> _cancelling = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ICatalog _catalog;
    private readonly StackEvaluation _evaluation;
    private readonly TimeProvider _time;
    private readonly ILogger<StackEngine> _logger;
    private readonly StackJournal _journal;
    private int _disposed;

    internal StackEngine(ICatalog catalog, StackEvaluation evaluation, ResourceTypes types, TimeProvider time, ILogger<StackEngine> logger)
    {
        _catalog = catalog;
        _evaluation = evaluation;
        _time = time;
        _logger = logger;
        _journal = new StackJournal(catalog, time);
        Types = types;
    }

    internal ResourceTypes Types { get; }

    /// <summary>Takes up what an earlier run of the server left.</summary>
    public void Start()
    {
        foreach (StackDocument stack in StackDocuments.All(_catalog.Current).Where(static stack => stack.Operation is not null))
        {
            Begin(stack.Id);
        }
    }

    /// <summary>The stack's operation is in the catalog. One that ends just now is followed by this one.</summary>
    internal void Begin(string stackId)
    {
        lock (_gate)
        {
            foreach (string ended in _running.Where(static pair => pair.Value.IsCompleted).Select(static pair => pair.Key).ToList())
            {
                _running.Remove(ended);
            }

            Task former = _running.GetValueOrDefault(stackId) ?? Task.CompletedTask;
            _running[stackId] = Task.Run(() => RunAsync(stackId, former));
        }
    }

    /// <summary>Tells the operation under way that the catalog says it is cancelled.</summary>
    internal Task CancelAsync(string stackId)
    {
        lock (_gate)
        {
            return _cancelling.GetValueOrDefault(stackId)?.CancelAsync() ?? Task.CompletedTask;
        }
    }

    /// <summary>Ends when what was begun in the stack is over.</summary>
    internal Task WaitAsync(string stackId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return (_running.GetValueOrDefault(stackId) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends when what was begun in the stack is over, or the time is.</summary>
    public async Task WaitAsync(string stackId, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeOver = new(limit, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeOver.Token, cancellationToken);
        await WaitAsync(stackId, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running.Values];
        }

        await Task.WhenAll(running);
        _stopping.Dispose();
    }

    private async Task RunAsync(string stackId, Task former)
    {
        await former;
        using CancellationTokenSource cancelling = new();
        lock (_gate)
        {
            _cancelling[stackId] = cancelling;
        }

        try
        {
            await new StackRun(stackId, _evaluation, Types, _journal, _time, cancelling.Token, _stopping.Token).RunAsync();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next start of the server goes on.
        }
        catch (Exception failure)
        {
            // The other stacks' operations live on; this one waits for the next start of the server.
            Log.OperationBroke(_logger, stackId, failure);
        }
        finally
        {
            lock (_gate)
            {
                _cancelling.Remove(stackId);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The operation of stack {StackId} broke off; it goes on when the server starts again")]
        public static partial void OperationBroke(ILogger logger, string stackId, Exception error);
    }
}

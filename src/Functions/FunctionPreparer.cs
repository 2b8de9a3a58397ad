using System.Threading.Channels;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Functions;

/// <summary>
/// Brings functions from Pending to Active and updates from InProgress to Successful: makes the trees of code and layers, then writes
/// the state that follows. Owned by the editor; a few workers, so that one huge tree does not keep small functions waiting.
/// </summary>
internal sealed partial class FunctionPreparer : IAsyncDisposable
{
    private const int Workers = 4;

    private readonly ICatalog _catalog;
    private readonly TreeStore _trees;
    private readonly ILogger _logger;
    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _announcing = new();
    private readonly Task _workers;

    public FunctionPreparer(ICatalog catalog, TreeStore trees, ILogger logger)
    {
        _catalog = catalog;
        _trees = trees;
        _logger = logger;
        foreach (FunctionDocument document in FunctionDocuments.All(catalog.Current).Where(static document => document.InPreparation))
        {
            Prepare(document.Latest.Arn);
        }

        _workers = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(RunAsync)));
    }

    public event Action<FunctionVersion>? Changed;

    /// <summary>Raised when a function's preparation came to an end, good or bad; for those who wait for it.</summary>
    public event Action<FunctionArn>? Settled;

    public void Prepare(FunctionArn function) => _work.Writer.TryWrite(new Work(function, null));

    /// <param name="deleted">Versions of one function.</param>
    public void Announce(IReadOnlyList<FunctionVersion> deleted) => _work.Writer.TryWrite(new Work(deleted[0].Arn, deleted));

    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _workers;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (Work work in _work.Reader.ReadAllAsync(_stopping.Token))
            {
                await RunOneAsync(work);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // What is left stays Pending or InProgress in the catalog and is taken up at the next start.
        }
    }

    private async Task RunOneAsync(Work work)
    {
        try
        {
            if (work.Deleted is not null || await PrepareAsync(work.Function))
            {
                Raise(work);
            }

            Settled?.Invoke(work.Function);
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            // The worker lives on: other functions do not depend on this one.
            Log.PreparationBroke(_logger, work.Function, error);
        }
    }

    private async Task<bool> PrepareAsync(FunctionArn function)
    {
        if (FunctionDocuments.Find(_catalog.Current, function) is not { InPreparation: true } document)
        {
            return false;
        }

        List<TreeLease> trees = [];
        try
        {
            Exception? failure = await TryMakeTreesAsync(document.Latest, trees);
            bool finished = await _catalog.CommitAsync(
                transaction => Finish(transaction, function, document.Change, made: failure is null), _stopping.Token);
            if (finished && failure is not null)
            {
                // Of a function that was deleted meanwhile nobody needs trees, nor a word about them.
                Log.TreesNotMade(_logger, function, failure);
            }

            return finished;
        }
        finally
        {
            trees.ForEach(static tree => tree.Dispose());
        }
    }

    /// <summary>Null, or why they could not be made.</summary>
    private async Task<Exception?> TryMakeTreesAsync(FunctionVersion version, List<TreeLease> trees)
    {
        try
        {
            if (version.Code is { } code)
            {
                trees.Add(await _trees.LeaseAsync(code, _stopping.Token));
            }

            foreach (LayerReference layer in version.Layers)
            {
                trees.Add(await _trees.LeaseAsync(layer.Content, _stopping.Token));
            }

            return null;
        }
        catch (Exception error) when (!_stopping.IsCancellationRequested)
        {
            // Whatever it was (disk full, damaged archive), the function's state says so and the worker lives on.
            return error;
        }
    }

    /// <summary>Writes the last state, unless the function was deleted, or deleted and created again, in the meantime.</summary>
    private static bool Finish(CatalogTransaction transaction, FunctionArn function, string? change, bool made)
    {
        if (FunctionDocuments.Find(transaction, function) is not { InPreparation: true } document || document.Change != change)
        {
            return false;
        }

        // A version published by the same request waits for the same trees.
        foreach (FunctionVersion published in VersionDocuments.Of(transaction, function, after: null).ToArray())
        {
            if (published.State.Name == FunctionStateName.Pending)
            {
                VersionDocuments.Put(transaction, made ? Succeeded(published) : Failed(published));
            }
        }

        FunctionVersion finished = made ? Succeeded(document.Latest) : Failed(document.Latest);
        FunctionDocuments.Put(transaction, document with { Latest = finished, Former = made ? null : document.Former });
        return true;
    }

    private static FunctionVersion Succeeded(FunctionVersion prepared) => prepared with
    {
        State = FunctionState.Active,
        LastUpdate = UpdateStatus.Successful,
        RevisionId = FunctionDraft.NewId(),
    };

    private static FunctionVersion Failed(FunctionVersion prepared)
    {
        const string Reason = "The files of the function's code or layers could not be made available.";
        return prepared with
        {
            State = prepared.State.Name == FunctionStateName.Active
                ? prepared.State
                : new FunctionState(FunctionStateName.Failed, Reason, "InternalError"),
            LastUpdate = new UpdateStatus(UpdateStatusName.Failed, Reason, "InternalError"),
            RevisionId = FunctionDraft.NewId(),
        };
    }

    /// <summary>
    /// Says what holds now, read under the lock: however two workers meet here, listeners hear the newest state last.
    /// </summary>
    private void Raise(Work work)
    {
        lock (_announcing)
        {
            FunctionVersion? ready = FunctionDocuments.Find(_catalog.Current, work.Function)?.Ready;
            foreach (FunctionVersion deleted in work.Deleted ?? [])
            {
                // A number is never given again, so a deleted version stays deleted; a function may have been made anew by now.
                if (deleted.Version != FunctionArn.Latest || ready is null)
                {
                    Changed?.Invoke(deleted with { EnvironmentKey = string.Empty });
                }
            }

            if (ready is not null)
            {
                Changed?.Invoke(ready);
            }
        }
    }

    /// <param name="Deleted">The versions of a function that was deleted, or one version that was; null when there is something to prepare.</param>
    private readonly record struct Work(FunctionArn Function, IReadOnlyList<FunctionVersion>? Deleted);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The trees of {Function} could not be made")]
        public static partial void TreesNotMade(ILogger logger, FunctionArn function, Exception error);

        [LoggerMessage(LogLevel.Error, "Preparing {Function} broke off; it is taken up again at the next start")]
        public static partial void PreparationBroke(ILogger logger, FunctionArn function, Exception error);
    }
}

using System.Threading.Channels;
using Lamina.Store;

namespace Lamina.Layers;

/// <summary>
/// Deletes what nothing needs: archives that no root names, trees that nobody will mount soon, files that no tree has, images. Runs by itself some time
/// after something was deleted or replaced, and on demand.
/// </summary>
/// <remarks>
/// The story of a collection, after <see cref="DigestLeases.BeginCollection"/>, which is why 1 may be read without stopping anybody:
/// 1. read the roots; 2. give up trees and manifests that none of them wants; 3. find archives that are neither named, nor held, nor have
/// bytes that living ones take; where a dead one keeps only a minority of its file alive, that is moved first; 4. delete them;
/// 5. sweep the files; 6. delete blobs that no root names.
/// A crash leaves some of it undone, and the next collection does it.
/// </remarks>
public sealed class StorageCollector : IAsyncDisposable
{
    // Deletions come in groups, and nobody waits for the space.
    private static readonly TimeSpan CollectAfter = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> _treeSignals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _one = new(1);
    private readonly StorageParts _parts;
    private readonly Task _loops;

    public StorageCollector(StorageParts parts)
    {
        _parts = parts;
        _loops = Task.WhenAll(Task.Run(CollectInBackgroundAsync), Task.Run(GiveUpTreesInBackgroundAsync));
    }

    /// <summary>A tree was made: the one of a former version may be of no use from now on.</summary>
    public void TreeMade() => _treeSignals.Writer.TryWrite(true);

    /// <summary>Something was deleted or replaced, or stopped running.</summary>
    public void SomethingEnded() => _signals.Writer.TryWrite(true);

    public async Task<CollectionOutcome> CollectAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            CollectedLayers images = _parts.Images is null ? default : await _parts.Images.CollectAsync(cancellationToken);
            return (await OnOwnThreadAsync(() => Collection.Run(_parts, act: true, cancellationToken))).With(images);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What a collection would free now.</summary>
    public async Task<CollectionOutcome> ForeseeAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            CollectionOutcome foreseen = await OnOwnThreadAsync(() => Collection.Run(_parts, act: false, cancellationToken));
            return foreseen.With(_parts.Images?.Foresee() ?? default);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loops;
        await _one.WaitAsync();
        _stopping.Dispose();
        _one.Dispose();
    }

    private async Task CollectInBackgroundAsync()
    {
        try
        {
            while (await _signals.Reader.WaitToReadAsync(_stopping.Token))
            {
                await Task.Delay(CollectAfter, _parts.Time, _stopping.Token);
                _signals.Reader.TryRead(out _);
                await TryAsync(() => CollectAsync(_stopping.Token));
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed; what is left is collected after the next start.
        }
    }

    private async Task GiveUpTreesInBackgroundAsync()
    {
        try
        {
            while (await _treeSignals.Reader.WaitToReadAsync(_stopping.Token))
            {
                _treeSignals.Reader.TryRead(out _);
                await TryAsync(() => GiveUpTreesAsync(_stopping.Token));
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task GiveUpTreesAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await OnOwnThreadAsync(() => new TreeCollection(_parts, cancellationToken).GiveUp());
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            // The loop stays alive: whatever is left over is found by the next collection.
            _parts.ReportFailure(failure);
        }
    }

    private static Task<T> OnOwnThreadAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}

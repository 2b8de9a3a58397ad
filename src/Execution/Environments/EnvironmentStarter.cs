using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <param name="BoundJob">The job whose init is tried again inside it; null when the environment is for any waiter of the pool.</param>
/// <param name="Log">The log stream of the failed init.</param>
internal sealed record StartRequest(FunctionPool Pool, InvokeJob? BoundJob, EnvironmentLog? Log);

/// <summary>
/// Starts environments first come, first served: a few at a time, and no more living ones than the limit. Where the limit
/// is reached, idle environments make room.
/// </summary>
internal sealed partial class EnvironmentStarter(ExecutionOptions options, Func<bool> evictOne, ILogger<EnvironmentStarter> logger)
{
    private readonly Channel<StartRequest> _requests = Channel.CreateUnbounded<StartRequest>();
    private readonly SemaphoreSlim _places = new(options.MaxEnvironments);
    private readonly ConcurrentDictionary<ExecutionEnvironment, bool> _living = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task[] _workers = [];
    private int _starved;

    /// <summary>A start waits for a place: an environment that comes free should go rather than idle.</summary>
    public bool IsStarved => Volatile.Read(ref _starved) > 0;

    public void Start() =>
        _workers = [.. Enumerable.Range(0, options.ConcurrentStarts).Select(_ => Task.Run(() => WorkAsync(_stopping.Token)))];

    public void Enqueue(StartRequest request)
    {
        if (!_requests.Writer.TryWrite(request))
        {
            Refuse(request);
        }
    }

    public void Add(ExecutionEnvironment environment) => _living[environment] = true;

    /// <summary>An environment is gone; its place is free.</summary>
    public void Remove(ExecutionEnvironment environment)
    {
        _living.TryRemove(environment, out _);
        _places.Release();
    }

    /// <summary>Ends every environment now, of functions that are gone too.</summary>
    public async Task KillAllAsync()
    {
        Array.ForEach([.. _living.Keys], static environment => environment.Kill());
        await AllEndedAsync();
    }

    /// <summary>Completes when the environments that live now have ended.</summary>
    public Task AllEndedAsync() => Task.WhenAll(_living.Keys.Select(static environment => environment.Completion));

    public async Task StopAsync()
    {
        _requests.Writer.TryComplete();
        await _stopping.CancelAsync();
        await Task.WhenAll(_workers);
        while (_requests.Reader.TryRead(out StartRequest? left))
        {
            Refuse(left);
        }

        _stopping.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (StartRequest request in _requests.Reader.ReadAllAsync(cancellationToken))
            {
                await StartOneAsync(request, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    private async Task StartOneAsync(StartRequest request, CancellationToken cancellationToken)
    {
        // Many waiters are served by environments that came free meanwhile.
        if (IsDropped(request))
        {
            return;
        }

        try
        {
            await TakePlaceAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Refuse(request);
            throw;
        }

        if (IsDropped(request))
        {
            _places.Release();
            return;
        }

        await request.Pool.Create(request.BoundJob, request.Log).Created;
    }

    private async ValueTask TakePlaceAsync(CancellationToken cancellationToken)
    {
        if (_places.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            return;
        }

        Interlocked.Increment(ref _starved);
        try
        {
            evictOne();
            LogStarved(logger, options.MaxEnvironments);
            await _places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _starved);
        }
    }

    private static bool IsDropped(StartRequest request) => request.BoundJob is null && request.Pool.TryDropStart();

    private static void Refuse(StartRequest request)
    {
        if (request.BoundJob is not null)
        {
            request.BoundJob.TrySetResult(null);
        }
        else
        {
            request.Pool.OnStartRefused(EnvironmentEnd.Shutdown("Lamina is shutting down"));
        }
    }

    [LoggerMessage(LogLevel.Information, "A start waits: all {MaxEnvironments} execution environments (MaxEnvironments) are in use.")]
    private static partial void LogStarved(ILogger logger, int maxEnvironments);

    [LoggerMessage(LogLevel.Debug, "A starter of environments stopped.")]
    private static partial void LogStopped(ILogger logger);
}

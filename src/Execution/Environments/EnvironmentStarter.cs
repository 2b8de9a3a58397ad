using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution.Environments;

/// <summary>
/// Starts environments first come, first served: a few at a time, and no more living ones than the limit. Where the limit
/// is reached, idle environments make room.
/// </summary>
internal sealed partial class EnvironmentStarter(ExecutionOptions options, Func<bool> evictOne, ILogger<EnvironmentStarter> logger)
{
    private readonly Channel<FunctionPool> _requests = Channel.CreateUnbounded<FunctionPool>();
    private readonly SemaphoreSlim _places = new(options.MaxEnvironments);
    private readonly ConcurrentDictionary<ExecutionEnvironment, bool> _living = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task[] _workers = [];
    private int _starved;

    /// <summary>A start waits for a place: an environment that comes free should go rather than idle.</summary>
    public bool IsStarved => Volatile.Read(ref _starved) > 0;

    public void Start() =>
        _workers = [.. Enumerable.Range(0, options.ConcurrentStarts).Select(_ => Task.Run(() => WorkAsync(_stopping.Token)))];

    /// <summary>One more for the waiters of the pool.</summary>
    public void Enqueue(FunctionPool pool)
    {
        if (!_requests.Writer.TryWrite(pool))
        {
            Refuse(pool);
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
        while (_requests.Reader.TryRead(out FunctionPool? left))
        {
            Refuse(left);
        }

        _stopping.Dispose();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (FunctionPool pool in _requests.Reader.ReadAllAsync(cancellationToken))
            {
                await StartOneAsync(pool, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    private async Task StartOneAsync(FunctionPool pool, CancellationToken cancellationToken)
    {
        // Many waiters are served by environments that came free meanwhile.
        if (pool.TryDropStart())
        {
            return;
        }

        try
        {
            await TakePlaceAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Refuse(pool);
            throw;
        }

        if (pool.TryDropStart())
        {
            _places.Release();
            return;
        }

        await pool.Create().Created;
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

    private static void Refuse(FunctionPool pool) => pool.OnStartRefused(EnvironmentEnd.Shutdown("Lamina is shutting down"));

    [LoggerMessage(LogLevel.Information, "A start waits: all {MaxEnvironments} execution environments (MaxEnvironments) are in use.")]
    private static partial void LogStarved(ILogger logger, int maxEnvironments);

    [LoggerMessage(LogLevel.Debug, "A starter of environments stopped.")]
    private static partial void LogStopped(ILogger logger);
}

using System.Threading.Channels;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Functions;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Operations;

/// <summary>
/// Runs the events of asynchronous invocations that have been accepted. A bounded queue in memory and a few loops: what waits when the
/// server is killed is lost. (The durable queue, retries and destinations are the Events room's.)
/// </summary>
internal sealed partial class EventInvocations : IAsyncDisposable
{
    private const int Waiting = 1_000;
    private const int Loops = 16;

    private readonly Channel<(FunctionVersion Function, Invocation Invocation)> _queue =
        Channel.CreateBounded<(FunctionVersion, Invocation)>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.Wait });

    private readonly Invoker _invoker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;

    public EventInvocations(Invoker invoker, TimeProvider time, ILogger<EventInvocations> logger)
    {
        _invoker = invoker;
        _time = time;
        _logger = logger;
        _loops = [.. Enumerable.Range(0, Loops).Select(_ => RunAsync())];
    }

    /// <summary>Returns at once; throws TooManyRequests when too many events wait.</summary>
    public void Enqueue(FunctionVersion function, Invocation invocation)
    {
        if (!_queue.Writer.TryWrite((function, invocation)))
        {
            throw AwsError.TooManyRequests("Rate Exceeded.", "FunctionInvocationRateLimitExceeded");
        }
    }

    /// <summary>Takes no more events and runs those that wait, until <paramref name="cancellationToken"/> says that it is enough.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        using CancellationTokenRegistration registration = cancellationToken.Register(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
        await Task.WhenAll(_loops);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await StopAsync(CancellationToken.None);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach ((FunctionVersion function, Invocation invocation) in _queue.Reader.ReadAllAsync(_stop.Token))
            {
                await RunOneAsync(function, invocation);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped: what still waits is given up.
        }
    }

    private async Task RunOneAsync(FunctionVersion function, Invocation invocation)
    {
        try
        {
            InvokeOutcome outcome = await _invoker.InvokeAsync(function, invocation, _stop.Token);
            while (outcome.Result == InvokeResult.Throttled)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, _stop.Token);
                outcome = await _invoker.InvokeAsync(function, invocation, _stop.Token);
            }

            ((object)outcome as IDisposable)?.Dispose();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            // This event is lost; the loop lives on for the others.
            Log.EventLost(_logger, invocation.RequestId, function.Arn, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The event {RequestId} for {Function} could not be run")]
        public static partial void EventLost(ILogger logger, string requestId, FunctionArn function, Exception error);
    }
}

using System.Threading.Channels;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Functions.Settings;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Execution;

/// <summary>
/// Asynchronous invocations: an accepted event is durable before the caller hears so, runs in the background, and is
/// removed when it succeeded or is given up. What is left at a stop is taken up again at the next start.
/// </summary>
/// <remarks>Stop it before the invoker, dispose it after: what still runs when the invoker ends stays queued.</remarks>
public sealed partial class EventQueue : IAsyncDisposable
{
    private const string Collection = "events";

    private readonly ICatalog _catalog;
    private readonly FunctionDirectory _functions;
    private readonly EventInvokeConfigs _configs;
    private readonly Invoker _invoker;
    private readonly TimeProvider _time;
    private readonly ILogger<EventQueue> _logger;
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _wake;

    // Null means: look at what is due. A document says: this one is due at its time.
    private readonly Channel<QueuedEvent?> _news = Channel.CreateUnbounded<QueuedEvent?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly PriorityQueue<QueuedEvent, DateTimeOffset> _waiting = new();
    private readonly HashSet<Task> _running = [];
    private Task _loop = Task.CompletedTask;
    private int _disposed;

    public EventQueue(
        ICatalog catalog,
        FunctionDirectory functions,
        EventInvokeConfigs configs,
        Invoker invoker,
        ExecutionOptions options,
        TimeProvider time,
        ILogger<EventQueue> logger)
    {
        _configs = configs;
        _catalog = catalog;
        _functions = functions;
        _invoker = invoker;
        _time = time;
        _logger = logger;
        _room = new SemaphoreSlim(options.ConcurrentEvents);
        _wake = time.CreateTimer(static queue => ((EventQueue)queue!)._news.Writer.TryWrite(null), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes up what an earlier run of the server left, then serves.</summary>
    public void Start()
    {
        foreach (Document left in _catalog.Current.Scan(Collection, "", null))
        {
            _news.Writer.TryWrite(left.Read(EventsJson.Default.QueuedEvent));
        }

        _loop = Task.Run(RunAsync);
    }

    /// <summary>When it returns, the event survives a crash and will run.</summary>
    /// <param name="qualifier">As the caller gave it; every try resolves it anew.</param>
    public async Task AcceptAsync(FunctionVersion function, string? qualifier, Invocation invocation, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _time.GetUtcNow();
        var accepted = new QueuedEvent
        {
            RequestId = invocation.RequestId,
            Account = function.Account,
            Region = function.Region,
            FunctionName = function.Name,
            Qualifier = qualifier,
            InvokedFunctionArn = invocation.InvokedFunctionArn,
            TraceId = invocation.TraceId,
            Payload = invocation.Payload.ToArray(),
            AcceptedAt = now,
            NotBefore = now,
            Failures = 0,
            Throttles = 0,
        };
        await SaveAsync(accepted, cancellationToken);
        _news.Writer.TryWrite(accepted);
    }

    /// <summary>Starts no further event.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _news.Writer.TryComplete();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await StopAsync();
        await Task.WhenAll(_running);
        await _wake.DisposeAsync();
        _stopping.Dispose();
        _room.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (QueuedEvent? news in _news.Reader.ReadAllAsync(_stopping.Token))
            {
                if (news is not null)
                {
                    _waiting.Enqueue(news, news.NotBefore);
                }

                await StartDueAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogStopped(_logger, _waiting.Count);
        }
    }

    private async Task StartDueAsync()
    {
        _running.RemoveWhere(static task => task.IsCompleted);
        DateTimeOffset now = _time.GetUtcNow();
        while (_waiting.TryPeek(out QueuedEvent? next, out DateTimeOffset due))
        {
            if (due > now)
            {
                _wake.Change(due - now, Timeout.InfiniteTimeSpan);
                return;
            }

            await _room.WaitAsync(_stopping.Token);
            _waiting.Dequeue();
            _running.Add(Task.Run(() => TryOnceAsync(next)));
        }
    }

    private async Task TryOnceAsync(QueuedEvent tried)
    {
        try
        {
            if (_catalog.Current.Find(Collection, tried.RequestId) is null)
            {
                // Forgotten with everything else.
                return;
            }

            RetryRules rules = RulesOf(tried);
            if (rules.IsTooOld(tried, _time.GetUtcNow()))
            {
                await GiveUpAsync(tried, "EventAgeExceeded");
                return;
            }

            InvokeResult? result = await InvokeAsync(tried);
            if (_stopping.IsCancellationRequested && result is not InvokeResult.Succeeded)
            {
                // Cut short by the stop: it counts as not tried and runs at the next start.
                return;
            }

            QueuedEvent? next = result is { } ended ? rules.Next(tried, ended, _time.GetUtcNow()) : null;
            if (next is null)
            {
                await GiveUpAsync(tried, result?.ToString() ?? "FunctionGone");
            }
            else
            {
                await _catalog.CommitAsync(transaction => Replace(transaction, next), CancellationToken.None);
                _news.Writer.TryWrite(next);
            }
        }
        catch (Exception exception)
        {
            // The queue lives on; this event is still in the catalog and is taken up at the next start.
            LogFailed(_logger, exception, tried.RequestId, tried.FunctionName);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task GiveUpAsync(QueuedEvent done, string result)
    {
        LogDone(_logger, done.RequestId, done.FunctionName, result);
        await _catalog.CommitAsync(transaction => Delete(transaction, done.RequestId), CancellationToken.None);
    }

    /// <summary>Read anew for every try: a change of the config holds for events that wait.</summary>
    private RetryRules RulesOf(QueuedEvent tried) => RetryRules.Of(
        _configs.Find(new FunctionArn(tried.Region, AccountId.Parse(tried.Account), tried.FunctionName), tried.Qualifier));

    /// <summary>Null when the function is gone.</summary>
    private async Task<InvokeResult?> InvokeAsync(QueuedEvent tried)
    {
        AccountId account = AccountId.Parse(tried.Account);
        var caller = new Caller { Account = account, Region = tried.Region, PrincipalArn = $"arn:aws:iam::{account}:root" };
        try
        {
            InvokeResult result;
            do
            {
                FunctionVersion function = _functions.ResolveInvocable(caller, tried.FunctionName, tried.Qualifier);
                using InvokeOutcome outcome = await _invoker.InvokeAsync(function, InvocationOf(tried), CancellationToken.None);
                result = outcome.Result;
            }
            while (result == InvokeResult.VersionGone);
            return result;
        }
        catch (AwsError error) when (error.Status == 404)
        {
            return null;
        }
        catch (AwsError)
        {
            // Not ready yet, or the server stops: as good as no room.
            return InvokeResult.Throttled;
        }
    }

    private static Invocation InvocationOf(QueuedEvent tried) => new()
    {
        RequestId = tried.RequestId,
        Payload = tried.Payload,
        InvokedFunctionArn = tried.InvokedFunctionArn,
        ClientContext = null,
        TraceId = tried.TraceId,
        WantsLogTail = false,
    };

    private Task SaveAsync(QueuedEvent queued, CancellationToken cancellationToken) => _catalog.CommitAsync(
        transaction =>
        {
            transaction.Put(Collection, queued.RequestId, queued, EventsJson.Default.QueuedEvent);
            return true;
        },
        cancellationToken);

    private static bool Replace(CatalogTransaction transaction, QueuedEvent next)
    {
        bool known = transaction.Find(Collection, next.RequestId) is not null;
        if (known)
        {
            transaction.Put(Collection, next.RequestId, next, EventsJson.Default.QueuedEvent);
        }

        return known;
    }

    private static bool Delete(CatalogTransaction transaction, string requestId)
    {
        transaction.Delete(Collection, requestId);
        return true;
    }

    [LoggerMessage(LogLevel.Debug, "The event queue stopped; {Waiting} events wait for the next start.")]
    private static partial void LogStopped(ILogger logger, int waiting);

    [LoggerMessage(LogLevel.Debug, "Event {RequestId} for {Function} is done: {Result}.")]
    private static partial void LogDone(ILogger logger, string requestId, string function, string result);

    [LoggerMessage(LogLevel.Error, "Event {RequestId} for {Function} could not be tried; it is kept for the next start.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string requestId, string function);
}

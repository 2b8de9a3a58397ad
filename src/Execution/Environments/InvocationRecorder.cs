using System.Collections.Immutable;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Execution.Environments;

/// <summary>Writes the platform's lines about one environment's life and turns its end into outcomes. Used by the owner loop only.</summary>
/// <param name="reportsInit">The first REPORT names the init; not that of provisioned concurrency, whose init is nobody's wait (AWS's logs).</param>
/// <param name="boundJob">The invocation that contains the init; null when the init is a phase of its own.</param>
internal sealed class InvocationRecorder(FunctionVersion function, EnvironmentLog log, TimeProvider time, bool reportsInit, InvokeJob? boundJob)
{
    private readonly bool _initInsideInvocation = boundJob is not null;
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(function.TimeoutSeconds);
    private long _initStartedAt = time.GetTimestamp();
    private TimeSpan? _unreportedInit;

    // The duration of the invocation that contains the second try of the init starts with it.
    private bool _initCounts = boundJob is not null;

    /// <param name="runtimeVersion">Null where there is none to be told.</param>
    public void InitStarted(string? runtimeVersion)
    {
        _initStartedAt = time.GetTimestamp();
        if (boundJob is { Invocation.WantsLogTail: true })
        {
            // Why the init fails is what the caller wants to read, and it is said before START.
            log.BeginTail();
        }

        if (!_initInsideInvocation && runtimeVersion is not null)
        {
            log.AppendInitStart(runtimeVersion, function.Region);
        }
    }

    /// <summary>Said beside INIT_START, so that whoever reads the log knows that this is not what was published.</summary>
    public void RunsOnDevContent(ImmutableArray<DevLayer> layers)
    {
        foreach (DevLayer layer in _initInsideInvocation ? [] : layers)
        {
            log.AppendDevLayer(layer.Layer.Name, layer.Updates, layer.Folder);
        }
    }

    /// <summary>The first REPORT names the init phase, unless it was part of the invocation itself.</summary>
    public void InitDone() => _unreportedInit = _initInsideInvocation || !reportsInit ? null : time.GetElapsedTime(_initStartedAt);

    public void InitFailed(EnvironmentEnd end)
    {
        bool timeout = end.Reason is EndReason.InitTimeout or EndReason.Timeout;
        log.AppendInitReport(
            time.GetElapsedTime(_initStartedAt),
            _initInsideInvocation ? "invoke" : "init",
            timeout ? "timeout" : "error",
            timeout ? null : end.ErrorType);
    }

    public void InvocationStarted(InvokeJob job)
    {
        long now = time.GetTimestamp();
        job.StartedAt = _initCounts ? _initStartedAt : now;
        _initCounts = false;
        TimeSpan passed = time.GetElapsedTime(job.StartedAt, now);
        job.DeadlineMs = (time.GetUtcNow() + _timeout - passed).ToUnixTimeMilliseconds();
        if (job.Invocation.WantsLogTail && job != boundJob)
        {
            log.BeginTail();
        }

        log.AppendStart(job.Invocation.RequestId, function.Version);
    }

    public TimeSpan Elapsed(InvokeJob job) => time.GetElapsedTime(job.StartedAt);

    /// <summary>Returns what the caller still waits for; null when the caller has it.</summary>
    /// <param name="end">How the environment ended with it; null when the runtime answered and goes on.</param>
    public InvokeOutcome? InvocationEnded(InvokeJob job, TimeSpan duration, long peakMemoryBytes, EnvironmentEnd? end)
    {
        bool answered = job.Answer is not null || job.Task.IsCompleted;
        string? status = null;
        string? errorType = null;
        if (end is not null && end.Reason != EndReason.Shutdown)
        {
            bool timedOut = end.Reason is EndReason.Timeout;
            status = timedOut ? "timeout" : "error";
            errorType = timedOut ? null : end.ErrorType;
            duration = timedOut ? _timeout : duration;
        }

        string requestId = job.Invocation.RequestId;
        if (errorType is not null && end!.Reason != EndReason.InitError)
        {
            log.AppendError(requestId, end.Message, errorType);
        }

        log.AppendEnd(requestId);
        log.AppendReport(new InvocationReport
        {
            RequestId = requestId,
            Duration = duration,
            InitDuration = _unreportedInit,
            MemorySizeMiB = function.MemorySizeMiB,
            PeakMemoryBytes = peakMemoryBytes,
            Status = status,
            ErrorType = errorType,
        });
        _unreportedInit = null;
        InvokeOutcome? outcome = answered ? job.Answer : OutcomeOf(end!, requestId);
        return job.Invocation.WantsLogTail ? outcome!.WithLogTail(log.EndTail()) : outcome;
    }

    private static InvokeOutcome OutcomeOf(EnvironmentEnd end, string requestId)
    {
        InvokeResult result = end.Reason switch
        {
            EndReason.Timeout => InvokeResult.TimedOut,
            EndReason.InitError => InvokeResult.FunctionFailed,
            _ => InvokeResult.Crashed,
        };
        ReadOnlyMemory<byte> payload = end.Reason == EndReason.InitError
            ? end.ReportedBody
            : ErrorPayloads.Of(end.ErrorType, requestId, end.Message);
        return InvokeOutcome.Of(result, new PayloadBuffer(payload, null));
    }
}

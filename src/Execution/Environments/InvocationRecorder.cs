using System.Collections.Immutable;
using Lamina.Execution.Extensions;
using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Execution.Environments;

/// <summary>Measures one environment's life, has it written down and turns its faults into outcomes. Used by the owner loop only.</summary>
/// <param name="reportsInit">The first REPORT names the init; not that of provisioned concurrency, whose init is nobody's wait (AWS's logs).</param>
internal sealed class InvocationRecorder(FunctionVersion function, PlatformLog platform, TimeProvider time, bool reportsInit)
{
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(function.TimeoutSeconds);
    private long _initStartedAt = time.GetTimestamp();
    private TimeSpan? _unreportedInit;
    private InvokeJob? _initJob;

    // The duration of the invocation that contains an init starts with it.
    private bool _initCounts;

    /// <summary>What the latest init that succeeded took.</summary>
    public TimeSpan LastInit { get; private set; }

    private EnvironmentLog Log => platform.Log;

    private string Phase => _initJob is null ? "init" : "invoke";

    /// <param name="runtimeVersion">Null where there is none to be told.</param>
    /// <param name="initJob">The invocation that contains the init; null when the init is a phase of its own.</param>
    public void InitStarted(string? runtimeVersion, InvokeJob? initJob)
    {
        _initStartedAt = time.GetTimestamp();
        _initJob = initJob;
        _initCounts = initJob is not null;
        if (initJob is { Invocation.WantsLogTail: true })
        {
            // Why the init fails is what the caller wants to read, and it is said before START.
            Log.BeginTail();
        }

        if (runtimeVersion is not null)
        {
            platform.InitStart(runtimeVersion, Phase);
        }
    }

    /// <summary>Said beside INIT_START, so that whoever reads the log knows that this is not what was published.</summary>
    public void RunsOnDevContent(DevFunction? function, ImmutableArray<DevLayer> layers)
    {
        if (_initJob is not null)
        {
            return;
        }

        if (function is not null)
        {
            Log.AppendDevFunction(function.Updates, function.Folder);
        }

        foreach (DevLayer layer in layers)
        {
            Log.AppendDevLayer(layer.Layer.Name, layer.Updates, layer.Folder);
        }
    }

    /// <summary>The first REPORT names the init phase, unless it was part of the invocation itself.</summary>
    public void InitDone(ExtensionRoster extensions)
    {
        TimeSpan duration = time.GetElapsedTime(_initStartedAt);
        LastInit = duration;
        _unreportedInit = _initJob is not null || !reportsInit ? null : duration;
        platform.InitRuntimeDone(Phase, "success", null);
        platform.ExtensionStates(extensions);
        platform.InitReport(duration, Phase, "success", null);
    }

    public void InitFailed(EnvironmentEnd end, ExtensionRoster extensions)
    {
        bool timeout = end.Reason is EndReason.InitTimeout or EndReason.Timeout;
        string status = timeout ? "timeout" : "error";
        string? errorType = timeout ? null : end.ErrorType;
        platform.InitRuntimeDone(Phase, status, errorType);
        platform.ExtensionStates(extensions);
        platform.InitReport(time.GetElapsedTime(_initStartedAt), Phase, status, errorType);
    }

    public void InvocationStarted(InvokeJob job)
    {
        long now = time.GetTimestamp();
        job.StartedAt = _initCounts ? _initStartedAt : now;
        job.DeliveredAt = now;
        _initCounts = false;
        TimeSpan passed = time.GetElapsedTime(job.StartedAt, now);
        job.DeadlineMs = (time.GetUtcNow() + _timeout - passed).ToUnixTimeMilliseconds();
        if (job.Invocation.WantsLogTail && job != _initJob)
        {
            Log.BeginTail();
        }

        platform.Start(job.Invocation);
    }

    public void Responded(InvokeJob job, PostedResult posted)
    {
        job.RespondedAt = time.GetTimestamp();
        job.ResponseBegunAt = posted.BegunAt != 0 ? posted.BegunAt : job.ResponseBegunAt != 0 ? job.ResponseBegunAt : job.RespondedAt;
        job.ProducedBytes = posted.ProducedBytes;
        job.ErrorType = posted.Kind switch
        {
            PostedKind.Response => null,
            PostedKind.Error => posted.ErrorType,
            _ => ErrorPayloads.ResponseSizeTooLarge,
        };
    }

    /// <summary>The runtime has asked for its next event; extensions may still work.</summary>
    public void RuntimeDone(InvokeJob job) => RuntimeDone(job, job.ErrorType is null ? "success" : "error", job.ErrorType);

    /// <summary>How long extensions have worked on after the runtime.</summary>
    public TimeSpan ExtensionOverhead(InvokeJob job) => job.ExtensionsAloneAt == 0 ? TimeSpan.Zero : time.GetElapsedTime(job.ExtensionsAloneAt);

    public TimeSpan Elapsed(InvokeJob job) => time.GetElapsedTime(job.StartedAt);

    /// <summary>Returns what the caller still waits for; null when the caller has it.</summary>
    /// <param name="fault">Why the processes end with it; null when the runtime answered and goes on.</param>
    /// <param name="runtimeDone">The runtime had finished, and it was said.</param>
    /// <param name="extensionOverhead">Null where no extension has taken part to the end.</param>
    public InvokeOutcome? InvocationEnded(
        InvokeJob job, TimeSpan duration, long peakMemoryBytes, EnvironmentEnd? fault, bool runtimeDone, TimeSpan? extensionOverhead = null)
    {
        bool answered = job.Answer is not null || job.Task.IsCompleted;
        string? status = StatusOf(fault);
        string? errorType = status == "error" ? fault!.ErrorType : null;
        string requestId = job.Invocation.RequestId;
        if (errorType is not null && fault!.Reason != EndReason.InitError)
        {
            platform.Fault(requestId, fault.Message, errorType);
        }

        if (!runtimeDone)
        {
            RuntimeDone(job, status ?? "failure", errorType);
        }

        platform.End(requestId);
        platform.Report(job.Invocation, new InvocationReport
        {
            RequestId = requestId,
            Duration = status == "timeout" ? _timeout : duration,
            InitDuration = _unreportedInit,
            MemorySizeMiB = function.MemorySizeMiB,
            PeakMemoryBytes = peakMemoryBytes,
            Status = status,
            ErrorType = errorType,
            ExtensionOverhead = extensionOverhead,
        });
        _unreportedInit = null;
        InvokeOutcome? outcome = answered ? job.Answer : OutcomeOf(fault!, requestId);
        return job.Invocation.WantsLogTail ? outcome!.WithLogTail(Log.EndTail()) : outcome;
    }

    private static string? StatusOf(EnvironmentEnd? fault) => fault?.Reason switch
    {
        null or EndReason.Shutdown => null,
        EndReason.Timeout => "timeout",
        _ => "error",
    };

    private void RuntimeDone(InvokeJob job, string status, string? errorType)
    {
        long now = time.GetTimestamp();
        TimeSpan duration = time.GetElapsedTime(job.DeliveredAt, now);
        bool responded = job.RespondedAt != 0;
        platform.RuntimeDone(job.Invocation, new RuntimeDoneReport
        {
            Status = status,
            ErrorType = errorType,
            StartedAt = time.GetUtcNow() - duration,
            Latency = job.ResponseBegunAt == 0 ? null : time.GetElapsedTime(job.DeliveredAt, job.ResponseBegunAt),
            ResponseDuration = time.GetElapsedTime(job.ResponseBegunAt, responded ? job.RespondedAt : now),
            Overhead = responded ? time.GetElapsedTime(job.RespondedAt, now) : null,
            Duration = duration,
            ProducedBytes = responded ? job.ProducedBytes : job.Invocation.Response?.ProducedBytes ?? 0,
        });
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

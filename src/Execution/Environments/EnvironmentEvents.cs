using Lamina.Execution.Extensions;
using Lamina.Execution.Telemetry;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>What can happen to an environment; the owner loop takes them one after another.</summary>
internal enum EnvironmentEventKind
{
    Invoke,
    Next,
    NextAbandoned,
    ResponseBegun,
    ResponseTruncated,
    Result,
    InitError,
    Extension,
    ExtensionAbandoned,
    Subscribe,
    Exited,
    DeadlinePassed,
    Stop,
    Kill,
}

internal readonly record struct EnvironmentEvent(EnvironmentEventKind Kind, object? Subject)
{
    /// <summary>Tells whoever posted it that the environment is gone.</summary>
    public void Refuse()
    {
        switch (Subject)
        {
            case InvokeJob job:
                job.TrySetResult(null);
                break;
            case NextRequest next:
                next.TrySetResult(null);
                break;
            case PostedResult posted:
                posted.Refuse(RuntimeVerdictKind.WrongState, RuntimeState.InitError);
                break;
            case ResponseBegin begin:
                begin.TrySetResult(new RuntimeVerdict(RuntimeVerdictKind.WrongState, RuntimeState.InitError));
                break;
            case ExtensionCall call:
                call.Abandon();
                break;
            case SubscribeCall call:
                call.TrySetResult(null);
                break;
        }
    }
}

/// <summary>
/// An invocation on its way through one environment. Completes with the outcome, or with null when the environment ended
/// before the runtime saw the event: it may then go to another one.
/// </summary>
/// <remarks>
/// Its continuation, and that of <see cref="NextRequest"/>, runs on the environment's loop: handing over to another thread twice
/// per invocation cost a quarter of the throughput. Neither blocks; what they post to this environment comes after what it does now.
/// </remarks>
internal sealed class InvokeJob(Invocation invocation)
    : TaskCompletionSource<InvokeOutcome?>
{
    public Invocation Invocation { get; } = invocation;

    /// <summary>Epoch milliseconds; known when the runtime gets the event.</summary>
    public long DeadlineMs { get; set; }

    /// <summary>Time stamp at which the invocation's duration starts.</summary>
    public long StartedAt { get; set; }

    /// <summary>Time stamp at which the runtime got the event.</summary>
    public long DeliveredAt { get; set; }

    /// <summary>Time stamp at which the runtime began to answer; 0 before.</summary>
    public long ResponseBegunAt { get; set; }

    /// <summary>Time stamp at which the runtime's answer had been read; 0 before.</summary>
    public long RespondedAt { get; set; }

    /// <summary>Time stamp at which the runtime asked for its next event while extensions still worked; 0 before, and without any.</summary>
    public long ExtensionsAloneAt { get; set; }

    public long ProducedBytes { get; set; }

    /// <summary>What the runtime reported instead of an answer.</summary>
    public string? ErrorType { get; set; }

    /// <summary>What the runtime answered, while the log lines that belong to it are still awaited.</summary>
    public InvokeOutcome? Answer { get; set; }
}

/// <summary>A runtime's GET …/next. Completes with the job to hand over, or with null when there will be none.</summary>
internal sealed class NextRequest : TaskCompletionSource<InvokeJob?>
{
    /// <summary>The state in which asking is not allowed; null when there is no more to be had.</summary>
    public RuntimeState? RefusedIn { get; private set; }

    public void Refuse(RuntimeState state)
    {
        RefusedIn = state;
        TrySetResult(null);
    }
}

/// <summary>A process of the environment has ended; <paramref name="Exit"/> is null when it is not known how.</summary>
internal sealed record ProcessEnd(SandboxProcess Process, ProcessExit? Exit);

internal enum PostedKind
{
    Response,
    Error,
    ResponseTooLarge,
}

/// <summary>
/// The beginning of a POST …/{id}/response in streaming mode. Completes with whether the runtime may; <see cref="Stream"/> then says
/// where the body goes, or is null when the caller wants it whole.
/// </summary>
internal sealed class ResponseBegin(string requestId)
    : TaskCompletionSource<RuntimeVerdict>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public string RequestId { get; } = requestId;

    public ResponseStream? Stream { get; private set; }

    public void Accept(ResponseStream? stream, RuntimeState from)
    {
        Stream = stream;
        TrySetResult(new RuntimeVerdict(RuntimeVerdictKind.Accepted, from));
    }
}

/// <summary>A runtime's POST …/{id}/response or /error, body read. Completes with what to answer the runtime.</summary>
internal sealed class PostedResult(PostedKind kind, string requestId, PayloadBuffer body, string? errorType)
    : TaskCompletionSource<RuntimeVerdict>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>What the runtime did in the eyes of the state machine.</summary>
    public RuntimeCall Call { get; init; } = RuntimeCall.Response;

    /// <summary>Bytes of the answer, also where the body has gone to the caller already.</summary>
    public long ProducedBytes { get; init; } = body.Memory.Length;

    /// <summary>Time stamp at which the runtime began to answer; 0 when that is not told apart from the end.</summary>
    public long BegunAt { get; init; }

    public PostedKind Kind { get; } = kind;

    public string RequestId { get; } = requestId;

    public PayloadBuffer Body { get; } = body;

    public string? ErrorType { get; } = errorType;

    public InvokeOutcome ToOutcome() => Kind switch
    {
        PostedKind.Response => InvokeOutcome.Of(InvokeResult.Succeeded, Body),
        PostedKind.Error => InvokeOutcome.Of(InvokeResult.FunctionFailed, Body),
        _ => InvokeOutcome.Of(
            InvokeResult.FunctionFailed,
            new PayloadBuffer(Call == RuntimeCall.EndResponse ? ErrorPayloads.StreamTooLarge : ErrorPayloads.ResponseTooLarge, null)),
    };

    public void Refuse(RuntimeVerdictKind verdict, RuntimeState state)
    {
        Body.Return();
        TrySetResult(new RuntimeVerdict(verdict, state));
    }
}

internal enum RuntimeVerdictKind
{
    Accepted,
    WrongState,
    WrongRequestId,
}

/// <param name="From">State the runtime was in, for the text of a state error.</param>
internal readonly record struct RuntimeVerdict(RuntimeVerdictKind Kind, RuntimeState From);

/// <summary>The end of an environment: reason, the error to show (without request id), and the body the runtime reported if any.</summary>
internal sealed record EnvironmentEnd(EndReason Reason, string ErrorType, string Message)
{
    public ReadOnlyMemory<byte> ReportedBody { get; init; }

    public Exception? Cause { get; init; }

    public ProcessExit? Exit { get; init; }

    public static EnvironmentEnd PlatformFailure(Exception? cause) => new(
        EndReason.PlatformFailure, ErrorPayloads.SandboxFailure, "the execution environment could not be provided")
    {
        Cause = cause,
    };

    public static EnvironmentEnd Shutdown(string message) => new(EndReason.Shutdown, "Sandbox.Failure", message);
}

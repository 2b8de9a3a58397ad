using System.Diagnostics;

namespace Lamina.Execution.Environments;

/// <summary>What the runtime was last heard of, as AWS's supervisor counts it; its state errors name these states.</summary>
internal enum RuntimeState
{
    Started,
    InitError,
    Ready,
    Running,
    Responding,
    ResponseSent,
}

/// <summary>What a runtime can ask of the Runtime API.</summary>
internal enum RuntimeCall
{
    Next,
    Response,

    /// <summary>The first byte of a streamed response.</summary>
    BeginResponse,

    /// <summary>The end of a streamed response, good or bad.</summary>
    EndResponse,
    Error,
    InitError,
}

internal static class RuntimeStates
{
    /// <summary>The state a call leads to; null when it is not allowed.</summary>
    public static RuntimeState? After(this RuntimeState state, RuntimeCall call) => (state, call) switch
    {
        (RuntimeState.Started, RuntimeCall.InitError) => RuntimeState.InitError,
        (RuntimeState.Started or RuntimeState.Ready or RuntimeState.ResponseSent, RuntimeCall.Next) => RuntimeState.Ready,
        // Asking again while owing an answer gives the same event again.
        (RuntimeState.Running, RuntimeCall.Next) => RuntimeState.Running,
        (RuntimeState.Running, RuntimeCall.Response or RuntimeCall.Error) => RuntimeState.ResponseSent,
        (RuntimeState.Running, RuntimeCall.BeginResponse) => RuntimeState.Responding,
        (RuntimeState.Responding, RuntimeCall.EndResponse) => RuntimeState.ResponseSent,
        _ => null,
    };

    public static string Name(this RuntimeState state) => state switch
    {
        RuntimeState.Started => "Started",
        RuntimeState.InitError => "InitError",
        RuntimeState.Ready => "Ready",
        RuntimeState.Running => "Running",
        RuntimeState.Responding => "InvocationResponse",
        RuntimeState.ResponseSent => "RuntimeResponseSentState",
        _ => throw new UnreachableException(),
    };

    /// <summary>The state that a refused call would have led to, in AWS's word.</summary>
    public static string Wanted(this RuntimeCall call) => call switch
    {
        RuntimeCall.Next => "Ready",
        RuntimeCall.Response or RuntimeCall.BeginResponse or RuntimeCall.EndResponse => "InvocationResponse",
        RuntimeCall.Error => "InvocationErrorResponse",
        RuntimeCall.InitError => "InitError",
        _ => throw new UnreachableException(),
    };
}

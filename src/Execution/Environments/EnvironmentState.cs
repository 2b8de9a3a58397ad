using System.Diagnostics;

namespace Lamina.Execution.Environments;

/// <summary>The life of an execution environment. Which states may follow which is said once, in <see cref="EnvironmentStates.May"/>.</summary>
internal enum EnvironmentState
{
    /// <summary>The sandbox is being made.</summary>
    Starting,

    /// <summary>The process runs and has not asked for an event yet.</summary>
    Init,

    /// <summary>The runtime waits for an event.</summary>
    Idle,

    /// <summary>The runtime has an event and owes an answer.</summary>
    Invoking,

    /// <summary>The answer is given; the runtime has not asked for the next event yet.</summary>
    Responded,

    /// <summary>Being killed and cleaned up.</summary>
    Closing,

    /// <summary>Nothing is left of it.</summary>
    Closed,
}

internal static class EnvironmentStates
{
    public static bool May(EnvironmentState from, EnvironmentState to) => (from, to) switch
    {
        (EnvironmentState.Starting, EnvironmentState.Init) => true,
        (EnvironmentState.Init, EnvironmentState.Idle) => true,
        (EnvironmentState.Idle, EnvironmentState.Invoking) => true,
        (EnvironmentState.Invoking, EnvironmentState.Responded) => true,
        (EnvironmentState.Responded, EnvironmentState.Idle) => true,
        (EnvironmentState.Closing, EnvironmentState.Closed) => true,
        (not EnvironmentState.Closed and not EnvironmentState.Closing, EnvironmentState.Closing) => true,
        _ => false,
    };

    /// <summary>AWS's name of the runtime's state, as its state errors say it.</summary>
    public static string RuntimeName(this EnvironmentState state) => state switch
    {
        EnvironmentState.Starting or EnvironmentState.Init => "Started",
        EnvironmentState.Idle => "Ready",
        EnvironmentState.Invoking => "Running",
        EnvironmentState.Responded => "RuntimeResponseSentState",
        EnvironmentState.Closing or EnvironmentState.Closed => "InitError",
        _ => throw new UnreachableException(),
    };
}

/// <summary>Why an environment ended; the first reason is kept.</summary>
internal enum EndReason
{
    /// <summary>Idle too long, stale, or the server stops: nobody's fault.</summary>
    Shutdown,

    /// <summary>The function's own limit passed.</summary>
    Timeout,

    /// <summary>The limit of the init phase passed.</summary>
    InitTimeout,

    /// <summary>The runtime reported that it cannot start.</summary>
    InitError,

    /// <summary>The process ended.</summary>
    Exit,

    /// <summary>The program of the function cannot be executed.</summary>
    InvalidEntrypoint,

    /// <summary>We could not do our part.</summary>
    PlatformFailure,
}

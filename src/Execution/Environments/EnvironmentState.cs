namespace Lamina.Execution.Environments;

/// <summary>The life of an execution environment. Which states may follow which is said once, in <see cref="EnvironmentStates.May"/>.</summary>
internal enum EnvironmentState
{
    /// <summary>The sandbox is being made.</summary>
    Starting,

    /// <summary>Extensions, runtime and function start; ends when all of them have asked for an event.</summary>
    Init,

    /// <summary>All of them wait for an event.</summary>
    Idle,

    /// <summary>Idle for so long that nothing in the sandbox computes any more.</summary>
    Frozen,

    /// <summary>The runtime has an event and owes an answer.</summary>
    Invoking,

    /// <summary>The answer is given; the runtime or an extension has not asked for the next event yet.</summary>
    Responded,

    /// <summary>After a crash or a timeout: the processes are being ended, the sandbox stays.</summary>
    Resetting,

    /// <summary>No process runs. The next invocation begins with the init.</summary>
    Empty,

    /// <summary>Extensions are given the time to shut down.</summary>
    Stopping,

    /// <summary>Being killed and cleaned up.</summary>
    Closing,

    /// <summary>Nothing is left of it.</summary>
    Closed,
}

internal static class EnvironmentStates
{
    public static bool May(EnvironmentState from, EnvironmentState to) => (from, to) switch
    {
        (EnvironmentState.Starting or EnvironmentState.Empty, EnvironmentState.Init) => true,
        (EnvironmentState.Init, EnvironmentState.Idle) => true,
        (EnvironmentState.Idle, EnvironmentState.Frozen or EnvironmentState.Invoking) => true,
        (EnvironmentState.Frozen, EnvironmentState.Idle) => true,
        (EnvironmentState.Invoking, EnvironmentState.Responded) => true,
        (EnvironmentState.Responded, EnvironmentState.Idle) => true,
        (_, EnvironmentState.Resetting) => HasProcesses(from),
        (EnvironmentState.Resetting, EnvironmentState.Empty) => true,
        (EnvironmentState.Idle, EnvironmentState.Stopping) => true,
        (EnvironmentState.Closing, EnvironmentState.Closed) => true,
        (not EnvironmentState.Closed and not EnvironmentState.Closing, EnvironmentState.Closing) => true,
        _ => false,
    };

    private static bool HasProcesses(EnvironmentState state) =>
        state is EnvironmentState.Init or EnvironmentState.Idle or EnvironmentState.Frozen or EnvironmentState.Invoking or EnvironmentState.Responded;
}

/// <summary>Why the processes of an environment end; the first reason is kept.</summary>
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

    /// <summary>The runtime's process ended.</summary>
    Exit,

    /// <summary>The runtime broke off a streamed response.</summary>
    Truncated,

    /// <summary>An extension could not be started, reported an error, or its process ended.</summary>
    Extension,

    /// <summary>The program of the function cannot be executed.</summary>
    InvalidEntrypoint,

    /// <summary>We could not do our part.</summary>
    PlatformFailure,
}

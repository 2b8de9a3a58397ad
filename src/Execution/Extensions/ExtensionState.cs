using System.Diagnostics;

namespace Lamina.Execution.Extensions;

/// <summary>What an extension was last heard of, as AWS's supervisor counts it; log lines and state errors name these states.</summary>
internal enum ExtensionState
{
    Started,
    Registered,
    Ready,
    Running,
    InitError,
    ExitError,
    ShutdownFailed,
    Exited,
    LaunchError,
}

/// <summary>What an extension can ask of the Extensions API.</summary>
internal enum ExtensionCallKind
{
    Register,
    Next,
    InitError,
    ExitError,
}

internal static class ExtensionStates
{
    /// <summary>The state a call leads to; null when it is not allowed.</summary>
    public static ExtensionState? After(this ExtensionState state, ExtensionCallKind call) => (state, call) switch
    {
        (ExtensionState.Started, ExtensionCallKind.Register) => ExtensionState.Registered,
        (ExtensionState.Registered or ExtensionState.Running, ExtensionCallKind.Next) => ExtensionState.Ready,
        // Of several reports the first is kept.
        (ExtensionState.Registered or ExtensionState.InitError, ExtensionCallKind.InitError) => ExtensionState.InitError,
        (ExtensionState.Registered or ExtensionState.Ready or ExtensionState.Running or ExtensionState.ExitError, ExtensionCallKind.ExitError) =>
            ExtensionState.ExitError,
        _ => null,
    };

    /// <summary>The state that a refused call would have led to, in AWS's word.</summary>
    public static string Wanted(this ExtensionCallKind call) => call switch
    {
        ExtensionCallKind.Register => "Registered",
        ExtensionCallKind.Next => "Ready",
        ExtensionCallKind.InitError => "InitError",
        ExtensionCallKind.ExitError => "Exited",
        _ => throw new UnreachableException(),
    };
}

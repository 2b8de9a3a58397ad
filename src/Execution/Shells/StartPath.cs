namespace Lamina.Execution.Shells;

/// <summary>In what a function starts when no environment of it is idle.</summary>
public enum StartKind
{
    /// <summary>A sandbox and a process of its own, both made when they are needed.</summary>
    Exact,

    /// <summary>A sandbox made in advance, in which the runtime is started.</summary>
    Sandbox,

    /// <summary>A sandbox made in advance, with the interpreter started and our runtime client loaded.</summary>
    Interpreter,
}

/// <param name="Why">A clause for people.</param>
public sealed record StartPath(StartKind Kind, string Why);

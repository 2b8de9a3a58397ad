using System.Collections.Immutable;
using Lamina.Sandbox;

namespace Lamina.Execution.Shells;

/// <summary>
/// What a sandbox made in advance has: all that is the same for many functions. Two kinds are the same when their keys are.
/// </summary>
/// <param name="Base">Without content; its id and host name are not used.</param>
/// <param name="Interpreter">The process that waits in it; null when it is empty.</param>
internal sealed record ShellKind(SandboxSpec Base, ProcessSpec? Interpreter)
{
    public string Key { get; } = string.Join('\0',
    [
        Base.RuntimeDirectory ?? "",
        .. Base.HostBinds.Select(static bind => $"{bind.HostPath}\0{bind.SandboxPath}"),
        "",
        .. Interpreter?.Arguments ?? ImmutableArray<string>.Empty,
        "",
        .. Interpreter?.Environment ?? ImmutableArray<string>.Empty,
    ]);

    public bool Equals(ShellKind? other) => other is not null && other.Key == Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <summary>For logs.</summary>
    public override string ToString() => Interpreter is null
        ? $"empty, with {Path.GetFileName(Base.RuntimeDirectory ?? "nothing")} at /var/runtime"
        : string.Join(' ', Interpreter.Arguments);
}

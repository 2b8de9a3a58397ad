using System.Collections.Immutable;

namespace Lamina.Execution.Debugging;

/// <summary>What to run in a function's environment.</summary>
/// <param name="Arguments">Empty for a shell.</param>
/// <param name="TerminalType">As TERM says it; null for a command without a terminal.</param>
public sealed record ShellCommand(ImmutableArray<string> Arguments, string? TerminalType, int Rows, int Columns);

namespace Lamina.Execution;

/// <summary>One log event of a function.</summary>
/// <param name="Sequence">Grows with every line of the function; resume after it.</param>
/// <param name="Stream">Log stream: <c>YYYY/MM/DD/[$LATEST]</c> and 32 hex digits, one per execution environment.</param>
/// <param name="Message">UTF-8 as far as the function wrote UTF-8, without the line's end.</param>
public readonly record struct LogLine(long Sequence, DateTimeOffset Time, string Stream, ReadOnlyMemory<byte> Message);

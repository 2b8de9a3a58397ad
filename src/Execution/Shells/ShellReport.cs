namespace Lamina.Execution.Shells;

/// <summary>How the sandboxes of one kind that were made in advance stand.</summary>
/// <param name="Kind">What waits in them, for people.</param>
/// <param name="Ready">Sandboxes that wait.</param>
/// <param name="Missing">How many more are wanted; they are made when there is nothing else to do and memory for them.</param>
/// <param name="Bytes">Memory that those which wait hold.</param>
public sealed record ShellReport(string Kind, int Ready, int Missing, long Bytes);

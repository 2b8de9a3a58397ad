namespace Lamina.Stacks.Sam;

/// <summary>One thing that is wrong with a template.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Id">The resource's or event's id, where one is at fault.</param>
/// <param name="Message">In AWS's words.</param>
public sealed record TemplateFault(int Line, int Column, string? Id, string Message);

namespace Lamina.Stacks.Templates;

/// <summary>A place in a template's file.</summary>
/// <param name="Line">From 1; 0 where the value did not come from a file.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct TemplatePosition(int Line, int Column)
{
    public override string ToString() => $"{Line}:{Column}";
}

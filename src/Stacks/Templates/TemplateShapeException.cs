namespace Lamina.Stacks.Templates;

/// <summary>A value of another kind than the place where it stands can take.</summary>
internal sealed class TemplateShapeException(TemplateNode? found, string expected)
    : Exception($"A {expected} is expected, found {TemplateNode.KindOf(found)}.")
{
    public TemplatePosition Position { get; } = found?.Position ?? default;
}

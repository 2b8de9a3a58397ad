namespace Lamina.Stacks.Templates;

/// <summary>A document that cannot be read: not YAML or JSON, a key that stands twice, or larger, deeper or more often repeated than is allowed.</summary>
public sealed class TemplateException(TemplatePosition position, string message) : Exception(message)
{
    public TemplatePosition Position { get; } = position;
}

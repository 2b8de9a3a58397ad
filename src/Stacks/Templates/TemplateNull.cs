namespace Lamina.Stacks.Templates;

internal sealed class TemplateNull : TemplateNode
{
    public static TemplateNull Instance { get; } = new();

    public override bool IsTruthy => false;

    public override TemplateNode Copy() => this;

    public override bool SameAs(TemplateNode? other) => other is TemplateNull;
}

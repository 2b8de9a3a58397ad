namespace Lamina.Stacks.Templates;

internal sealed class TemplateBool(bool value) : TemplateNode
{
    public static TemplateBool True { get; } = new(true);

    public static TemplateBool False { get; } = new(false);

    public bool Value { get; } = value;

    public override bool IsTruthy => Value;

    public override TemplateNode Copy() => this;

    public override bool SameAs(TemplateNode? other) => other is TemplateBool boolean && boolean.Value == Value;
}

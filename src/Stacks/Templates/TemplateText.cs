namespace Lamina.Stacks.Templates;

/// <summary>A string.</summary>
/// <param name="value">The string.</param>
/// <param name="isUnicode">
/// Whether AWS's transform holds it as a unicode string, which shows in the identifiers it hashes: <see cref="Python27"/>.
/// </param>
internal sealed class TemplateText(string value, bool isUnicode = false) : TemplateNode
{
    public string Value { get; } = value;

    public bool IsUnicode { get; } = isUnicode;

    public TemplateKey Key => new(Value, IsUnicode);

    public override bool IsTruthy => Value.Length > 0;

    public override TemplateNode Copy() => this;

    public override bool SameAs(TemplateNode? other) => other is TemplateText text && text.Value == Value;

    public override string ToString() => Value;
}

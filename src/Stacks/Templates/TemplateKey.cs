namespace Lamina.Stacks.Templates;

/// <summary>A key of a map, and whether it is a unicode string (<see cref="TemplateText.IsUnicode"/>).</summary>
internal readonly record struct TemplateKey(string Name, bool IsUnicode)
{
    public static implicit operator TemplateKey(string name) => new(name, IsUnicode: false);

    public override string ToString() => Name;
}

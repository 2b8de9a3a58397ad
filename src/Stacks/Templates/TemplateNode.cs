using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lamina.Stacks.Templates;

/// <summary>
/// A value of a template: map, list, text, number, boolean or null, with its place in the file. Maps and lists are changed in place
/// while a template is transformed, and a value may stand under two parents; <see cref="Copy"/> parts them.
/// </summary>
internal abstract class TemplateNode
{
    public TemplatePosition Position { get; init; }

    /// <summary>Whether the value counts as given: not null, false, zero or empty.</summary>
    public abstract bool IsTruthy { get; }

    public static implicit operator TemplateNode(string text) => new TemplateText(text);

    public static implicit operator TemplateNode(bool value) => value ? TemplateBool.True : TemplateBool.False;

    public static implicit operator TemplateNode(int value) => new TemplateNumber(value.ToString(CultureInfo.InvariantCulture), isInteger: true);

    /// <summary>A copy down to the leaves, which never change and are shared.</summary>
    public abstract TemplateNode Copy();

    /// <summary>Equality by value; the order of a map's keys does not count.</summary>
    public abstract bool SameAs([NotNullWhen(true)] TemplateNode? other);

    public static bool Same(TemplateNode? left, TemplateNode? right) => left is null ? right is null or TemplateNull : left.SameAs(right);

    public static string KindOf(TemplateNode? node) => node switch
    {
        TemplateMap => "a map",
        TemplateList => "a list",
        TemplateText => "a string",
        TemplateNumber => "a number",
        TemplateBool => "a boolean",
        _ => "nothing",
    };
}

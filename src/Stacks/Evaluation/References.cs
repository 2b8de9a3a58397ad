using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Evaluation;

/// <summary>What a value of a template refers to.</summary>
/// <param name="Name">Of a resource, a parameter or a pseudo parameter.</param>
/// <param name="Attribute">Of Fn::GetAtt; null for Ref.</param>
internal readonly record struct Reference(string Name, string? Attribute)
{
    /// <summary>Every reference in a value; of Fn::If both branches unless <paramref name="chooses"/> knows which one counts.</summary>
    /// <param name="chooses">Gives a condition's value, or null where both branches are wanted.</param>
    public static IEnumerable<Reference> In(TemplateNode? node, Func<string, bool?> chooses)
    {
        switch (node)
        {
            case TemplateMap { Count: 1, FirstName: "Ref" } call when Scalars.TextOf(call.FirstValue) is { } name:
                return [new Reference(name, null)];
            case TemplateMap { Count: 1, FirstName: "Fn::GetAtt" } call:
                return OfGetAtt(call.FirstValue, chooses);
            case TemplateMap { Count: 1, FirstName: "Fn::Sub" } call:
                return OfSub(call.FirstValue, chooses);
            case TemplateMap { Count: 1, FirstName: "Fn::If", FirstValue: TemplateList { Count: 3 } branches }:
                return OfIf(branches, chooses);
            case TemplateMap map:
                return map.Entries.SelectMany(entry => In(entry.Value, chooses));
            case TemplateList list:
                return list.SelectMany(item => In(item, chooses));
            default:
                return [];
        }
    }

    private static IEnumerable<Reference> OfGetAtt(TemplateNode arguments, Func<string, bool?> chooses) => arguments switch
    {
        TemplateText text => [Split(text.Value)],
        TemplateList { Count: >= 2 } list when Scalars.TextOf(list[0]) is { } name =>
        [
            new Reference(name, list.Skip(1).All(Scalars.Is) ? string.Join('.', list.Skip(1).Select(Scalars.TextOf)) : ""),
            .. list.Skip(1).SelectMany(item => In(item, chooses)),
        ],
        _ => [],
    };

    private static IEnumerable<Reference> OfSub(TemplateNode arguments, Func<string, bool?> chooses)
    {
        TemplateMap variables = arguments is TemplateList { Count: 2 } list && list[1] is TemplateMap map ? map : [];
        string? text = Scalars.TextOf(arguments is TemplateList { Count: > 0 } both ? both[0] : arguments);
        return SubText.NamesIn(text ?? "").Where(name => !variables.Has(name)).Select(Split).Concat(In(variables, chooses));
    }

    private static IEnumerable<Reference> OfIf(TemplateList branches, Func<string, bool?> chooses) =>
        (Scalars.TextOf(branches[0]) is { } condition ? chooses(condition) : null) switch
        {
            true => In(branches[1], chooses),
            false => In(branches[2], chooses),
            null => In(branches[1], chooses).Concat(In(branches[2], chooses)),
        };

    private static Reference Split(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new Reference(text, null) : new Reference(text[..dot], text[(dot + 1)..]);
    }
}

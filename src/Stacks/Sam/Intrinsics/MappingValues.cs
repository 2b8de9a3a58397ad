using System.Diagnostics.CodeAnalysis;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>The template's Mappings: what Fn::FindInMap finds.</summary>
internal sealed class MappingValues(TemplateMap mappings)
{
    private const int Arguments = 3;

    /// <exception cref="SamDocumentException">The section is not a map.</exception>
    public static MappingValues Of(TemplateMap template) => !template.Has("Mappings") ? new(new TemplateMap())
        : new(template["Mappings"] as TemplateMap
            ?? throw SamDocumentException.Of("'Mappings' or 'Parameters' is either null or not a valid dictionary."));

    /// <summary>The value with what can be found put in place of Fn::FindInMap.</summary>
    [return: NotNullIfNotNull(nameof(node))]
    public TemplateNode? Resolve(TemplateNode? node) => node is null || mappings.Count == 0 ? node : TemplateWalk.Over(node, Replaced);

    private TemplateNode Replaced(TemplateNode node)
    {
        if (node is not TemplateMap { Count: 1, FirstName: "Fn::FindInMap" } map)
        {
            return node;
        }

        if (map.FirstValue is not TemplateList { Count: Arguments } arguments)
        {
            throw SamDocumentException.Of(
                $"Invalid FindInMap value {Python27.Print(map.FirstValue)}. FindInMap expects an array with {Arguments} values.");
        }

        if (Replaced(arguments[0]) is not TemplateText name || Replaced(arguments[1]) is not TemplateText top || Replaced(arguments[2]) is not TemplateText key)
        {
            return node;
        }

        return LevelOf(mappings, name, name) is { } levels && LevelOf(levels, top, name) is { } level && level.Has(key.Value)
            ? level[key.Value] ?? TemplateNull.Instance : node;
    }

    private static TemplateMap? LevelOf(TemplateMap map, TemplateText key, TemplateText name) => !map.Has(key.Value) ? null
        : map[key.Value] as TemplateMap
            ?? throw SamDocumentException.Of($"Cannot use Fn::FindInMap on Mapping '{name.Value}' which is not a a two-level map.");
}

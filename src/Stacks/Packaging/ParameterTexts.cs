using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Packaging;

/// <summary>What a template's parameters say, as far as it is known before the template is deployed: given, or else their defaults.</summary>
internal sealed class ParameterTexts(IReadOnlyDictionary<string, string> given, IReadOnlyList<ParameterDefinition> parameters)
{
    /// <summary>A scalar, or a Ref to a parameter; null for anything else.</summary>
    public string? TextOf(TemplateNode? node) => node is TemplateMap { Count: 1, FirstName: "Ref", FirstValue: TemplateText name }
        ? given.TryGetValue(name.Value, out string? value) ? value : parameters.FirstOrDefault(parameter => parameter.Name == name.Value)?.Default
        : Scalars.TextOf(node);
}

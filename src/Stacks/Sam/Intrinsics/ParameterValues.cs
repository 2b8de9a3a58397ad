using System.Diagnostics.CodeAnalysis;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>The values of the template's parameters, and the pseudo parameters that are known: what Ref and Fn::Sub may name.</summary>
internal sealed class ParameterValues(IReadOnlyDictionary<string, TemplateNode> values)
{
    /// <summary>What CloudFormation gives in place of a value it does not know yet, in change sets of nested stacks.</summary>
    private const string NotYetKnown = "{{IntrinsicFunction:";

    /// <summary>Given values, then the parameters' defaults, then region and partition.</summary>
    public static ParameterValues Of(TemplateMap template, SamOptions options, bool asPython27)
    {
        Dictionary<string, TemplateNode> values = options.Parameters.ToDictionary(
            static given => given.Key, given => asPython27 ? Python27.Adopt(given.Value) : given.Value, StringComparer.Ordinal);
        foreach ((TemplateKey key, TemplateNode definition) in (template["Parameters"] as TemplateMap)?.Entries ?? [])
        {
            if (definition is TemplateMap map && map.Has("Default"))
            {
                values.TryAdd(key.Name, map["Default"] ?? TemplateNull.Instance);
            }
        }

        values.TryAdd("AWS::Region", options.Region);
        values.TryAdd("AWS::Partition", options.Partition);
        return new ParameterValues(values);
    }

    /// <summary>
    /// The value with references to parameters replaced, in place where it is a map or list; references to anything else stay.
    /// </summary>
    /// <exception cref="SamDocumentException">A value within Fn::Sub that is not a string.</exception>
    [return: NotNullIfNotNull(nameof(node))]
    public TemplateNode? Resolve(TemplateNode? node) => node is null ? null : TemplateWalk.Over(node, Replaced);

    private TemplateNode Replaced(TemplateNode node)
    {
        if (node is not TemplateMap { Count: 1 } map)
        {
            return node;
        }

        if (map.FirstName == "Ref")
        {
            return map.FirstValue is TemplateText name && Find(name.Value) is { } value ? value : node;
        }

        if (map.FirstName == "Fn::Sub")
        {
            ReferenceText.Replace(map, TextOf);
        }

        return node;
    }

    private TemplateNode? Find(string name) => values.TryGetValue(name, out TemplateNode? value)
        && !(value is TemplateText text && text.Value.StartsWith(NotYetKnown, StringComparison.Ordinal)) ? value : null;

    private string TextOf(string reference, string name) => Find(name) switch
    {
        null => reference,
        TemplateText text => text.Value,
        { } value => throw SamDocumentException.Of(
            $"Invalid Fn::Sub variable value {Python27.Print(value)}. Fn::Sub expects all variables to be strings."),
    };
}

using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Transforms;

/// <summary>
/// AWS::Include, as a transform of the whole template or as <c>Fn::Transform</c> of the map it stands in: what the named object holds
/// takes its place beside the other keys. Fragments do not include others, as in AWS.
/// </summary>
internal static class IncludedFragments
{
    private const string Function = "Fn::Transform";

    public static bool AreIn(TemplateNode node) => node switch
    {
        TemplateMap map => map.Has(Function) || map.Entries.Any(static entry => AreIn(entry.Value)),
        TemplateList list => list.Any(AreIn),
        _ => false,
    };

    public static TemplateNode Replace(TemplateNode node, Func<string, string> fetch)
    {
        switch (node)
        {
            case TemplateMap map:
                foreach ((TemplateKey key, TemplateNode value) in map.Entries)
                {
                    map.Set(key, Replace(value, fetch));
                }

                foreach (TemplateNode call in CallsIn(map).ToList())
                {
                    map.Merge(Read(call, fetch));
                }

                map.Remove(Function);
                return map;
            case TemplateList list:
                return new TemplateList(list.Select(item => Replace(item, fetch))) { Position = list.Position };
            default:
                return node;
        }
    }

    private static IEnumerable<TemplateNode> CallsIn(TemplateMap map)
    {
        if (map[Function] is { } call)
        {
            yield return call;
        }

        TemplateNode? declared = map.Has("Resources") || map.Has("AWSTemplateFormatVersion") ? map["Transform"] : null;
        foreach (TemplateNode transform in declared as TemplateList ?? (declared is null ? [] : new TemplateList([declared])))
        {
            if (transform is TemplateMap named && Scalars.TextOf(named["Name"]) == TemplateTransforms.Include)
            {
                yield return named;
            }
        }
    }

    private static TemplateMap Read(TemplateNode call, Func<string, string> fetch)
    {
        if (call is not TemplateMap map || Scalars.TextOf(map["Name"]) is not { } name)
        {
            throw StackErrors.Template("every Fn::Transform object must have a Name and Parameters.");
        }

        if (name != TemplateTransforms.Include)
        {
            throw StackErrors.Validation($"No transform named {name} found.");
        }

        string location = Scalars.TextOf((map["Parameters"] as TemplateMap)?["Location"])
            ?? throw StackErrors.Validation("Transform AWS::Include failed with: The specified S3 object's content should be valid Yaml/JSON: Location is missing");
        return StackTemplate.Read(fetch(location));
    }
}

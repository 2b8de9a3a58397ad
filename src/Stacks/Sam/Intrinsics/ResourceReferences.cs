using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Intrinsics;

/// <summary>
/// References that mean something else once the template is transformed: to a resource that a SAM resource was expanded to
/// (<c>MyFunction.Alias</c>), and to a resource whose id has changed (a layer version's).
/// </summary>
internal sealed class ResourceReferences
{
    private readonly Dictionary<(string LogicalId, string Property), string> _parts = [];
    private readonly Dictionary<string, string> _changedIds = new(StringComparer.Ordinal);

    public void AddPart(string logicalId, string property, string partId) => _parts[(logicalId, property)] = partId;

    public void AddChangedId(string before, string after) => _changedIds[before] = after;

    /// <summary>Rewrites the references of a whole template, in place.</summary>
    public void Apply(TemplateMap template)
    {
        if (_changedIds.Count > 0)
        {
            TemplateWalk.Over(template, RenamedDependency);
            TemplateWalk.Over(template, RenamedReference);
        }

        if (_parts.Count > 0)
        {
            TemplateWalk.Over(template, ReferenceToPart);
        }
    }

    private TemplateNode RenamedDependency(TemplateNode node)
    {
        switch ((node as TemplateMap)?["DependsOn"])
        {
            case TemplateText text when _changedIds.TryGetValue(text.Value, out string? changed):
                ((TemplateMap)node)["DependsOn"] = changed;
                break;
            case TemplateList list:
                for (int index = 0; index < list.Count; index++)
                {
                    list[index] = list[index] is TemplateText text && _changedIds.TryGetValue(text.Value, out string? id) ? id : list[index];
                }

                break;
        }

        return node;
    }

    private TemplateNode RenamedReference(TemplateNode node)
    {
        if (node is not TemplateMap { Count: 1 } map)
        {
            return node;
        }

        switch (map.FirstName)
        {
            case "Ref" when map.FirstValue is TemplateText name && _changedIds.TryGetValue(name.Value, out string? changed):
                return Intrinsic.Ref(changed);
            case "Fn::Sub":
                ReferenceText.Replace(map, (reference, name) =>
                    _changedIds.TryGetValue(name.Split('.')[0], out string? id)
                        ? reference.Replace(name.Split('.')[0], id, StringComparison.Ordinal) : reference);
                break;
            case "Fn::GetAtt" when PartsOf(map.FirstValue) is { } parts && _changedIds.TryGetValue(parts[0], out string? id):
                map["Fn::GetAtt"] = ListOf(id, parts[1..]);
                break;
        }

        return node;
    }

    private TemplateNode ReferenceToPart(TemplateNode node)
    {
        if (node is not TemplateMap { Count: 1 } map)
        {
            return node;
        }

        switch (map.FirstName)
        {
            case "Ref" when map.FirstValue is TemplateText text && text.Value.Split('.', 2) is { Length: 2 } name && Part(name) is { } id:
                return Intrinsic.Ref(id);
            case "Fn::Sub":
                ReferenceText.Replace(map, ReferenceToPart);
                break;
            case "Fn::GetAtt" when PartsOf(map.FirstValue) is { } parts && Part(parts) is { } id:
                map["Fn::GetAtt"] = ListOf(id, parts[2..]);
                break;
        }

        return node;
    }

    private string ReferenceToPart(string reference, string name)
    {
        string[] parts = name.Split('.');
        return Part(parts) is { } id ? reference.Replace($"{parts[0]}.{parts[1]}", id, StringComparison.Ordinal) : reference;
    }

    private string? Part(string[] parts) => parts.Length < 2 ? null : _parts.GetValueOrDefault((parts[0], parts[1]));

    private static string[]? PartsOf(TemplateNode value) => value is TemplateList { Count: >= 2 } list && list.All(static item => item is TemplateText)
        ? string.Join('.', list.Select(static item => ((TemplateText)item).Value)).Split('.') : null;

    private static TemplateList ListOf(string id, string[] rest) => new([id, .. rest.Select(static part => (TemplateNode)part)]);
}

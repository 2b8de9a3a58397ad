using Lamina.Companions.Ssm;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Neighbours;

/// <summary>AWS::SSM::Parameter.</summary>
internal sealed class ParameterType(StackRoomParts rooms) : IResourceType
{
    private const string Resource = "Parameter";

    public string Name => "AWS::SSM::Parameter";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set("Name", "Type", "Value", "Description", "AllowedPattern", "DataType", "Policies", "Tags", "Tier"),
        Required = ["Type", "Value"],
        Replacing = ResourceShape.Set("Name", "Type"),
        NameProperty = "Name",
        MaxNameLength = 1_000,
        Attributes = ResourceShape.Set("Type", "Value"),
    };

    public string? MarkBefore(ResourceCall call) => Exists(call.Caller, call.Name) ? throw Faults.Exists(Name, call.Name) : null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (!call.IsRepeated || !Exists(call.Caller, call.Name))
        {
            await rooms.Parameters.PutAsync(call.Caller, DraftOf(call, call.Name) with { Tags = TagsOf(call) }, cancellationToken);
        }

        return Result(call, call.Name);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string name = call.PhysicalId!;
        if (call.IsRepeated || Shape.Known!.Any(property => property != "Tags" && !Scalars.Same(call.Properties[property], before[property])))
        {
            await rooms.Parameters.PutAsync(call.Caller, DraftOf(call, name) with { Overwrite = true }, cancellationToken);
        }

        Dictionary<string, string> wanted = TagsOf(call);
        string[] surplus = [.. rooms.ParameterTags.List(call.Caller, Resource, name).Keys.Where(key => !wanted.ContainsKey(key))];
        await rooms.ParameterTags.RemoveAsync(call.Caller, Resource, name, surplus, cancellationToken);
        await rooms.ParameterTags.AddAsync(call.Caller, Resource, name, wanted, cancellationToken);
        return Result(call, name);
    }

    public async Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (Exists(call.Caller, call.PhysicalId!))
        {
            await rooms.Parameters.DeleteAsync(call.Caller, call.PhysicalId!, cancellationToken);
        }
    }

    private static ParameterDraft DraftOf(ResourceCall call, string name)
    {
        string type = call.RequiredText("Type");
        if (type == "SecureString")
        {
            throw StackErrors.Validation("CloudFormation does not make parameters of the type SecureString.");
        }

        if (call.Text("Policies") is { Length: > 0 })
        {
            throw StackErrors.Validation("Lamina does not serve parameter policies: Policies must be empty.");
        }

        return new ParameterDraft
        {
            Name = name,
            Value = call.RequiredText("Value"),
            Type = type,
            Description = call.Text("Description") ?? "",
            AllowedPattern = call.Text("AllowedPattern"),
            Tier = call.Text("Tier"),
            DataType = call.Text("DataType"),
        };
    }

    /// <summary>This type alone writes them as a map.</summary>
    private static Dictionary<string, string> TagsOf(ResourceCall call)
    {
        Dictionary<string, string> tags = call.StackTags.ToDictionary(static tag => tag.Key, static tag => tag.Value, StringComparer.Ordinal);
        foreach ((TemplateKey key, TemplateNode value) in (call.Map("Tags") ?? []).Entries)
        {
            tags[key.Name] = Scalars.TextOf(value) ?? "";
        }

        return tags;
    }

    private bool Exists(Caller caller, string name) => rooms.Parameters.Find(caller, name, decrypt: false) is not null;

    private static ResourceResult Result(ResourceCall call, string name) =>
        new(name, new TemplateMap { ["Type"] = call.RequiredText("Type"), ["Value"] = call.RequiredText("Value") });
}

using System.Collections.Immutable;
using Lamina.Companions.Logs;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Neighbours;

internal sealed class LogGroupType(StackRoomParts rooms) : IResourceType
{
    public string Name => "AWS::Logs::LogGroup";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            "LogGroupName", "RetentionInDays", "KmsKeyId", "LogGroupClass", "Tags", "DataProtectionPolicy", "FieldIndexPolicies", "DeletionProtectionEnabled"),
        Replacing = ResourceShape.Set("LogGroupName", "LogGroupClass", "KmsKeyId"),
        NameProperty = "LogGroupName",
        MaxNameLength = 512,
        Attributes = ResourceShape.Set("Arn"),
    };

    public string? MarkBefore(ResourceCall call) =>
        rooms.LogGroups.Exists(call.Caller, call.Name) ? throw Faults.Exists(Name, call.Name) : null;

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (!call.IsRepeated || !rooms.LogGroups.Exists(call.Caller, call.Name))
        {
            await rooms.LogGroups.CreateAsync(
                call.Caller,
                call.Name,
                call.Text("LogGroupClass"),
                call.Text("KmsKeyId"),
                Scalars.IsTrue(call.Properties["DeletionProtectionEnabled"]),
                TagsOf(call),
                cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        await rooms.LogGroups.SetRetentionAsync(call.Caller, call.Name, DaysOf(call), cancellationToken);
        return Result(call, call.Name);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        string name = call.PhysicalId!;
        await rooms.LogGroups.SetRetentionAsync(call.Caller, name, DaysOf(call), cancellationToken);
        ImmutableSortedDictionary<string, string> wanted = TagsOf(call);
        LogGroup group = rooms.LogGroups.Get(call.Caller, name);
        await rooms.LogGroups.UntagAsync(call.Caller, name, group.Tags.Keys.Except(wanted.Keys, StringComparer.Ordinal).ToList(), cancellationToken);
        await rooms.LogGroups.TagAsync(call.Caller, name, wanted, cancellationToken);
        return Result(call, name);
    }

    public Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken) => Faults.DeleteAsync(async () =>
    {
        if (rooms.LogGroups.Exists(call.Caller, call.PhysicalId!))
        {
            await rooms.LogGroups.DeleteAsync(call.Caller, call.PhysicalId!, cancellationToken);
        }
    });

    private static int? DaysOf(ResourceCall call) => call.Text("RetentionInDays") is not { } text ? null
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int days) ? days
        : throw StackErrors.Validation("RetentionInDays must be a number of days.");

    private static ImmutableSortedDictionary<string, string> TagsOf(ResourceCall call) => RequestBodies.TagsOf(call, "Tags").Entries
        .ToImmutableSortedDictionary(static tag => tag.Key.Name, static tag => Scalars.TextOf(tag.Value) ?? "", StringComparer.Ordinal);

    private static ResourceResult Result(ResourceCall call, string name) => new(name, new TemplateMap
    {
        ["Arn"] = $"arn:aws:logs:{call.Caller.Region}:{call.Caller.Account}:log-group:{name}:*",
    });
}

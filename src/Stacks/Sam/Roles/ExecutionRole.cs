using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Roles;

/// <summary>What the role of a function or state machine is made from.</summary>
internal sealed class ExecutionRole
{
    public const string Type = "AWS::IAM::Role";

    public required string LogicalId { get; init; }

    /// <summary>AWS's partition, for managed policies.</summary>
    public required string Partition { get; init; }

    public required TemplateMap Attributes { get; init; }

    public required TemplateNode AssumeRolePolicy { get; init; }

    /// <summary>ARNs that the role has whatever Policies says.</summary>
    public required TemplateList ManagedPolicyArns { get; init; }

    public TemplateList Documents { get; init; } = new();

    /// <summary>The property Policies, without policy templates.</summary>
    public TemplateNode? Policies { get; init; }

    public TemplateNode? Path { get; init; }

    public TemplateNode? PermissionsBoundary { get; init; }

    public TemplateList? Tags { get; init; }

    /// <exception cref="SamResourceException">An entry of Policies that is no policy.</exception>
    public GeneratedResource Build()
    {
        GeneratedResource role = new(Type, $"{LogicalId}Role", Attributes);
        role["AssumeRolePolicyDocument"] = AssumeRolePolicy;
        int index = 0;
        foreach ((TemplateNode entry, PolicyKind kind) in PolicyEntries.Of(Policies, knowsTemplates: false))
        {
            Add(entry, kind, index++, role.LogicalId);
        }

        role["ManagedPolicyArns"] = new TemplateList(ManagedPolicyArns);
        role["Policies"] = Documents.Count > 0 ? Documents : null;
        role["Path"] = Path;
        role["PermissionsBoundary"] = PermissionsBoundary;
        role["Tags"] = Tags;
        return role;
    }

    private void Add(TemplateNode entry, PolicyKind kind, int index, string roleId)
    {
        switch (kind)
        {
            case PolicyKind.Document:
                Documents.Add(Intrinsic.IsIf(entry)
                    ? ChangeSides(entry, side => Intrinsic.IsNoValue(side) ? side : Document(side, index, roleId))
                    : Document(entry, index, roleId));
                break;
            case PolicyKind.Managed:
                TemplateNode arn = Intrinsic.IsIf(entry) ? ChangeSides(entry, ArnOf) : ArnOf(entry);
                if (!ManagedPolicyArns.Holds(arn))
                {
                    ManagedPolicyArns.Add(arn);
                }

                break;
            default:
                throw new SamResourceException(
                    LogicalId, $"Policy at index {index} in the 'Policies' property is not valid", "Policies", entry.Position);
        }
    }

    private static TemplateMap Document(TemplateNode document, int index, string roleId) =>
        new() { ["PolicyName"] = $"{roleId}Policy{index}", ["PolicyDocument"] = document };

    private TemplateNode ArnOf(TemplateNode entry) => entry is TemplateText text ? ManagedPolicies.Arn(text.Value, Partition) : entry;

    private static TemplateNode ChangeSides(TemplateNode entry, Func<TemplateNode, TemplateNode> change)
    {
        TemplateList arguments = Intrinsic.IfArgumentsOf(entry)!;
        arguments[1] = change(arguments[1]);
        arguments[2] = change(arguments[2]);
        return entry;
    }
}

using Lamina.Stacks.Sam.Roles;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The role with which a service starts a state machine.</summary>
internal static class StartRole
{
    public static GeneratedResource Of(string eventLogicalId, string service, EventTarget target)
    {
        GeneratedResource role = new(ExecutionRole.Type, $"{eventLogicalId}Role", target.Attributes);
        role["AssumeRolePolicyDocument"] = IamPolicies.AssumeRole(service);
        role["Policies"] = new Templates.TemplateList([IamPolicies.StartExecution(target.Resource.Arn, role.LogicalId)]);
        role["PermissionsBoundary"] = target.PermissionsBoundary is { IsTruthy: true } boundary ? boundary : null;
        return role;
    }
}

using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A schedule of EventBridge Scheduler, with a role that calls the function or starts the state machine.</summary>
internal sealed class ScheduleV2Event(SamDefinition definition, string eventId) : SamEvent(definition, eventId)
{
    public override IEnumerable<GeneratedResource> Expand(EventTarget target)
    {
        GeneratedResource schedule = Schedule(target);
        TemplateMap to = new() { ["Arn"] = target.Resource.Arn };
        GeneratedResource[] queue = RuleTarget.Complete(
            to, LogicalId, this["DeadLetterConfig"], null, target.Attributes, name => name is "Input" or "RetryPolicy" ? this[name] : null);
        schedule["Target"] = to;
        if (this["RoleArn"] is { IsTruthy: true } given)
        {
            to["RoleArn"] = given;
            return [schedule, .. queue];
        }

        GeneratedResource role = Role(target, (to["DeadLetterConfig"] as TemplateMap)?["Arn"]);
        to["RoleArn"] = role.Arn;
        return [schedule, .. queue, role];
    }

    private GeneratedResource Schedule(EventTarget target)
    {
        GeneratedResource schedule = new("AWS::Scheduler::Schedule", LogicalId, target.Attributes);
        foreach (string name in new[] { "ScheduleExpression", "Description", "StartDate", "EndDate", "ScheduleExpressionTimezone", "GroupName", "KmsKeyArn" })
        {
            schedule[name] = this[name];
        }

        schedule["State"] = this["State"] is { IsTruthy: true } state ? state : null;
        TemplateNode? scheduleName = this["Name"] is { IsTruthy: true } given ? given : null;
        bool omitsName = this["OmitName"] is { IsTruthy: true };
        if (omitsName && scheduleName is not null)
        {
            throw FaultUnderBoth("Name cannot be set when OmitName is True", "Name");
        }

        schedule["Name"] = omitsName ? null : scheduleName ?? LogicalId;
        schedule["FlexibleTimeWindow"] = this["FlexibleTimeWindow"] is { IsTruthy: true } window ? window : new TemplateMap { ["Mode"] = "OFF" };
        return schedule;
    }

    private GeneratedResource Role(EventTarget target, TemplateNode? queueArn)
    {
        bool startsStateMachine = target.Resource.Type.StartsWith("AWS::StepFunctions::", StringComparison.Ordinal);
        GeneratedResource role = new(ExecutionRole.Type, $"{LogicalId}Role", target.Attributes);
        role["AssumeRolePolicyDocument"] = IamPolicies.AssumeRole("scheduler.amazonaws.com");
        TemplateList policies = new(
            [startsStateMachine ? IamPolicies.StartExecution(target.Resource.Arn, LogicalId) : IamPolicies.InvokeFunction(target.Resource.Arn, LogicalId)]);
        if (queueArn is { IsTruthy: true })
        {
            policies.Add(IamPolicies.SendMessage(queueArn, LogicalId));
        }

        role["Policies"] = policies;
        role["PermissionsBoundary"] = this["PermissionsBoundary"] is { IsTruthy: true } boundary ? boundary : null;
        return role;
    }
}

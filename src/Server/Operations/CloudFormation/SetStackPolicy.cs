using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class SetStackPolicy(StackRoom room) : IQueryOperation
{
    public string Name => "SetStackPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string policy = StackRequests.BodyOrUrl(room, call, "StackPolicyBody", "StackPolicyURL")
            ?? throw StackRequests.ValidationError("You must specify either the StackPolicyBody or the StackPolicyURL parameter, but not both.");
        await room.Editor.SetPolicyAsync(call.Caller, call.Request.RequiredText("StackName"), policy, cancellationToken);
        return QueryResult.None;
    }
}

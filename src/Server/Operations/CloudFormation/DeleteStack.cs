using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DeleteStack(StackRoom room) : IQueryOperation
{
    public string Name => "DeleteStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Text("DeletionMode") == "FORCE_DELETE_STACK")
        {
            throw StackRequests.ValidationError("Lamina does not serve DeletionMode FORCE_DELETE_STACK yet: name what is to stay in RetainResources.");
        }

        string? begun = await room.Editor.DeleteAsync(
            call.Caller,
            call.Request.RequiredText("StackName"),
            call.Request.Texts("RetainResources"),
            call.Request.Text("ClientRequestToken"),
            cancellationToken);
        if (begun is not null)
        {
            await StackRequests.SettleAsync(room, begun, cancellationToken);
        }

        return QueryResult.None;
    }
}

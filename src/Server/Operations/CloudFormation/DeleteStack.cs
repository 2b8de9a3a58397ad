using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DeleteStack(StackRoom room) : IQueryOperation
{
    public string Name => "DeleteStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string? begun = await room.Editor.DeleteAsync(
            call.Caller,
            call.Request.RequiredText("StackName"),
            call.Request.Texts("RetainResources"),
            call.Request.Text("DeletionMode"),
            call.Request.Text("ClientRequestToken"),
            cancellationToken);
        if (begun is not null)
        {
            await StackRequests.SettleAsync(room, begun, cancellationToken);
        }

        return QueryResult.None;
    }
}

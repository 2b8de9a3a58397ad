using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ContinueUpdateRollback(StackRoom room) : IQueryOperation
{
    public string Name => "ContinueUpdateRollback";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = await room.Editor.ContinueRollbackAsync(
            call.Caller,
            call.Request.RequiredText("StackName"),
            call.Request.Texts("ResourcesToSkip"),
            call.Request.Text("ClientRequestToken"),
            cancellationToken);
        await StackRequests.SettleAsync(room, stack.Id, cancellationToken);
        return new QueryResult(static _ => { });
    }
}

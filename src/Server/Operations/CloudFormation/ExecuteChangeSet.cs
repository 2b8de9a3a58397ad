using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ExecuteChangeSet(StackRoom room) : IQueryOperation
{
    public string Name => "ExecuteChangeSet";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string stackId = await room.ChangeSets.ExecuteAsync(
            call.Caller,
            call.Request.RequiredText("ChangeSetName"),
            call.Request.Text("StackName"),
            call.Request.Flag("DisableRollback"),
            call.Request.Text("ClientRequestToken"),
            cancellationToken);
        await StackRequests.SettleAsync(room, stackId, cancellationToken);
        return new QueryResult(static _ => { });
    }
}

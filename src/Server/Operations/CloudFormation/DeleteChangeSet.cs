using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DeleteChangeSet(StackRoom room) : IQueryOperation
{
    public string Name => "DeleteChangeSet";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await room.ChangeSets.DeleteAsync(
            call.Caller, call.Request.RequiredText("ChangeSetName"), call.Request.Text("StackName"), cancellationToken);
        return new QueryResult(static _ => { });
    }
}

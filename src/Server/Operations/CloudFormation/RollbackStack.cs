using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class RollbackStack(StackRoom room) : IQueryOperation
{
    public string Name => "RollbackStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = await room.Editor.RollBackAsync(
            call.Caller, call.Request.RequiredText("StackName"), call.Request.Text("ClientRequestToken"), cancellationToken);
        await StackRequests.SettleAsync(room, stack.Id, cancellationToken);
        return new QueryResult(xml => xml.Element("StackId", stack.Id));
    }
}

using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class UpdateStack(StackRoom room) : IQueryOperation
{
    public string Name => "UpdateStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = await room.Editor.UpdateAsync(call.Caller, StackRequests.Read(room, call), cancellationToken);
        await StackRequests.SettleAsync(room, stack.Id, cancellationToken);
        return new QueryResult(xml => xml.Element("StackId", stack.Id));
    }
}

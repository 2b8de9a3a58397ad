using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class CreateStack(StackRoom room) : IQueryOperation
{
    public string Name => "CreateStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackRequest request = StackRequests.Read(room, call);
        if (call.Request.Text("OnFailure") is not null && call.Request.Text("DisableRollback") is not null)
        {
            throw StackRequests.ValidationError("You can specify either DisableRollback or OnFailure, but not both.");
        }

        StackDocument stack = await room.Editor.CreateAsync(call.Caller, request, cancellationToken);
        await StackRequests.SettleAsync(room, stack.Id, cancellationToken);
        return new QueryResult(xml => xml.Element("StackId", stack.Id));
    }
}

using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class CancelUpdateStack(StackRoom room) : IQueryOperation
{
    public string Name => "CancelUpdateStack";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await room.Editor.CancelUpdateAsync(
            call.Caller, call.Request.RequiredText("StackName"), call.Request.Text("ClientRequestToken"), cancellationToken);
        return QueryResult.None;
    }
}

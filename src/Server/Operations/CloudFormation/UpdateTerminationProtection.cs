using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class UpdateTerminationProtection(StackRoom room) : IQueryOperation
{
    public string Name => "UpdateTerminationProtection";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = await room.Editor.SetTerminationProtectionAsync(
            call.Caller, call.Request.RequiredText("StackName"), call.Request.Flag("EnableTerminationProtection"), cancellationToken);
        return new QueryResult(xml => xml.Element("StackId", stack.Id));
    }
}

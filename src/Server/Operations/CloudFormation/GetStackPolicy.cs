using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class GetStackPolicy(StackRoom room) : IQueryOperation
{
    public string Name => "GetStackPolicy";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string? policy = room.Directory.Get(call.Caller, call.Request.RequiredText("StackName")).Policy;
        return Task.FromResult(new QueryResult(xml => xml.Element("StackPolicyBody", policy)));
    }
}

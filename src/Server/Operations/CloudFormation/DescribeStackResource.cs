using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DescribeStackResource(StackRoom room) : IQueryOperation
{
    public string Name => "DescribeStackResource";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = room.Directory.Get(call.Caller, call.Request.RequiredText("StackName"));
        ResourceDocument resource = room.Directory.Resource(stack, call.Request.RequiredText("LogicalResourceId"));
        return Task.FromResult(new QueryResult(xml => xml.Structure("StackResourceDetail", () =>
        {
            StackXml.WriteIdentity(xml, stack);
            StackXml.WriteResource(xml, resource, "LastUpdatedTimestamp");
            xml.Element("Metadata", resource.Metadata ?? "{}");
        })));
    }
}

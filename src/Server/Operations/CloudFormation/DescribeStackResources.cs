using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DescribeStackResources(StackRoom room) : IQueryOperation
{
    public string Name => "DescribeStackResources";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string? name = call.Request.Text("StackName");
        string? physicalId = call.Request.Text("PhysicalResourceId");
        if (name is null == physicalId is null)
        {
            throw StackRequests.ValidationError("You must specify either StackName or PhysicalResourceId, but not both.");
        }

        StackDocument stack = name is not null ? room.Directory.Get(call.Caller, name) : room.Directory.OwnerOf(call.Caller, physicalId!);
        string? logicalId = call.Request.Text("LogicalResourceId");
        ResourceDocument[] resources = logicalId is null ? [.. room.Directory.Resources(stack)] : [room.Directory.Resource(stack, logicalId)];
        return Task.FromResult(new QueryResult(xml => xml.List("StackResources", resources, resource =>
        {
            StackXml.WriteIdentity(xml, stack);
            StackXml.WriteResource(xml, resource, "Timestamp");
        })));
    }
}

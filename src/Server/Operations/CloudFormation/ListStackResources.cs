using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ListStackResources(StackRoom room) : IQueryOperation
{
    public string Name => "ListStackResources";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = room.Directory.Get(call.Caller, call.Request.RequiredText("StackName"));
        StackPage<ResourceDocument> page = StackPage.Of(call, room.Directory.Resources(stack));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("StackResourceSummaries", page.Items, resource => StackXml.WriteResource(xml, resource, "LastUpdatedTimestamp"));
            page.WriteEnd(xml);
        }));
    }
}

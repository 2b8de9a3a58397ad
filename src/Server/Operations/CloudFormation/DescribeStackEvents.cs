using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DescribeStackEvents(StackRoom room) : IQueryOperation
{
    public string Name => "DescribeStackEvents";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDocument stack = room.Directory.Get(call.Caller, call.Request.RequiredText("StackName"));
        StackPage<StackEvent> page = StackPage.Of(call, room.Directory.Events(stack));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("StackEvents", page.Items, happened => StackXml.WriteEvent(xml, stack, happened));
            page.WriteEnd(xml);
        }));
    }
}

using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DescribeStacks(StackRoom room) : IQueryOperation
{
    public string Name => "DescribeStacks";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackPage<StackDocument> page = StackPage.Of(
            call,
            call.Request.Text("StackName") is { } name
                ? [room.Directory.Get(call.Caller, name)]
                : room.Directory.List(call.Caller).Where(static stack => stack.Status != StackStatus.DeleteComplete));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Stacks", page.Items, stack => StackXml.WriteStack(xml, stack));
            page.WriteEnd(xml);
        }));
    }
}

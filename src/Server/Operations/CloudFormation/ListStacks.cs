using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ListStacks(StackRoom room) : IQueryOperation
{
    public string Name => "ListStacks";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> wanted = call.Request.Texts("StackStatusFilter");
        StackPage<StackDocument> page = StackPage.Of(
            call, room.Directory.List(call.Caller).Where(stack => wanted.Count == 0 || wanted.Contains(stack.Status, StringComparer.Ordinal)));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("StackSummaries", page.Items, stack => StackXml.WriteSummary(xml, stack));
            page.WriteEnd(xml);
        }));
    }
}

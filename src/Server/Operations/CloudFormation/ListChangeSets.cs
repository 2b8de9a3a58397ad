using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.ChangeSets;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ListChangeSets(StackRoom room) : IQueryOperation
{
    public string Name => "ListChangeSets";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackPage<ChangeSetDocument> page = StackPage.Of(call, room.ChangeSets.List(call.Caller, call.Request.RequiredText("StackName")));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Summaries", page.Items, changeSet => StackXml.WriteChangeSetIdentity(xml, changeSet));
            page.WriteEnd(xml);
        }));
    }
}

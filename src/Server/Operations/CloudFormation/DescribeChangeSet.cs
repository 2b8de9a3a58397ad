using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.ChangeSets;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class DescribeChangeSet(StackRoom room) : IQueryOperation
{
    public string Name => "DescribeChangeSet";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        (_, ChangeSetDocument changeSet) = room.ChangeSets.Require(
            call.Caller, call.Request.RequiredText("ChangeSetName"), call.Request.Text("StackName"));
        StackPage<ResourceChange> page = StackPage.Of(call, changeSet.Changes);
        return Task.FromResult(new QueryResult(xml =>
        {
            StackXml.WriteChangeSetIdentity(xml, changeSet);
            StackXml.WriteParameters(xml, changeSet.Definition?.Parameters ?? []);
            xml.Texts("NotificationARNs", changeSet.Definition?.NotificationArns ?? []);
            xml.Structure("RollbackConfiguration", static () => { });
            xml.Texts("Capabilities", changeSet.Definition?.Capabilities ?? []);
            StackXml.WriteTags(xml, changeSet.Definition?.Tags ?? []);
            xml.List("Changes", page.Items, change => StackXml.WriteChange(xml, change));
            xml.Element("OnStackFailure", changeSet.OnStackFailure);
            xml.Element("IncludeNestedStacks", value: false);
            page.WriteEnd(xml);
        }));
    }
}

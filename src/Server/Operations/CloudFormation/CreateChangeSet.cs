using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.ChangeSets;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class CreateChangeSet(StackRoom room) : IQueryOperation
{
    public string Name => "CreateChangeSet";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Text("ChangeSetType") == "IMPORT" || call.Request.Has("ResourcesToImport"))
        {
            throw StackRequests.ValidationError("Lamina does not serve change sets that import resources yet.");
        }

        if (call.Request.Flag("ImportExistingResources") || call.Request.Has("DeploymentMode"))
        {
            throw StackRequests.ValidationError("Lamina does not serve the parameters ImportExistingResources and DeploymentMode of change sets yet.");
        }

        ChangeSetDocument changeSet = await room.ChangeSets.CreateAsync(
            call.Caller,
            StackRequests.Read(room, call),
            call.Request.RequiredText("ChangeSetName"),
            call.Request.Text("ChangeSetType"),
            call.Request.Text("Description"),
            cancellationToken);
        return new QueryResult(xml =>
        {
            xml.Element("Id", changeSet.Id);
            xml.Element("StackId", changeSet.StackId);
        });
    }
}

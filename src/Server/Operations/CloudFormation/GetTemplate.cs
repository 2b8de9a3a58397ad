using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class GetTemplate(StackRoom room) : IQueryOperation
{
    public string Name => "GetTemplate";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackDefinition? definition = call.Request.Text("ChangeSetName") is { } changeSet
            ? room.ChangeSets.Require(call.Caller, changeSet, call.Request.Text("StackName")).ChangeSet.Definition
            : room.Directory.Get(
                call.Caller, call.Request.Text("StackName") ?? throw StackRequests.ValidationError("StackName is required.")).Definition;
        bool isProcessed = call.Request.Text("TemplateStage") == "Processed" && definition is { IsTransformed: true };
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Element("TemplateBody", isProcessed ? definition!.Processed : definition?.Original ?? "");
            xml.Texts("StagesAvailable", ["Original", "Processed"]);
        }));
    }
}

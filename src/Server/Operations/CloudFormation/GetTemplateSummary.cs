using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class GetTemplateSummary(StackRoom room) : IQueryOperation
{
    public string Name => "GetTemplateSummary";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string body = StackRequests.Template(room, call)
            ?? (call.Request.Text("StackName") is { } name ? room.Directory.Get(call.Caller, name).Definition.Original : null)
            ?? throw StackRequests.ValidationError("Either StackName, TemplateBody or TemplateURL must be specified.");
        TemplateSummary summary = TemplateSummary.Of(body);
        return Task.FromResult(new QueryResult(xml =>
        {
            TemplateXml.WriteDeclarations(xml, summary, withTypes: true);
            xml.Texts("ResourceTypes", summary.ResourceTypes);
            xml.Element("Version", summary.Version);
            xml.Element("Metadata", summary.Metadata);
            xml.Texts("DeclaredTransforms", summary.Transforms);
        }));
    }
}

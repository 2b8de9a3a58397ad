using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ValidateTemplate(StackRoom room) : IQueryOperation
{
    public string Name => "ValidateTemplate";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        TemplateSummary summary = TemplateSummary.Of(StackRequests.Template(room, call)
            ?? throw StackRequests.ValidationError("Either Template URL or Template Body must be specified."));
        return Task.FromResult(new QueryResult(xml =>
        {
            TemplateXml.WriteDeclarations(xml, summary, withTypes: false);
            xml.Texts("DeclaredTransforms", summary.Transforms);
        }));
    }
}

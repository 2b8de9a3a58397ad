using Lamina.Stacks.Sam.Roles;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>A topic of Amazon MSK.</summary>
internal sealed class MskEvent(SamDefinition definition, string eventId) : SourceEvent(definition, eventId, "MSK")
{
    protected override TemplateNode? SourceArn => this["Stream"];

    protected override string ManagedPolicy => "AWSLambdaMSKExecutionRole";

    protected override TemplateMap? Policy(SamContext context)
    {
        List<TemplateNode> statements = [.. SchemaRegistry.Statements(EventId, this["SchemaRegistryConfig"], context.Parameters)];
        foreach (TemplateMap access in (this["SourceAccessConfigurations"] as TemplateList)?.OfType<TemplateMap>() ?? [])
        {
            if (TemplateNode.Same(access["Type"], "CLIENT_CERTIFICATE_TLS_AUTH") && access["URI"] is { IsTruthy: true } uri)
            {
                statements.Add(AllowSecret(uri));
            }
        }

        return statements.Count == 0 ? null : IamPolicies.Named("MSKExecutionRolePolicy", statements);
    }
}

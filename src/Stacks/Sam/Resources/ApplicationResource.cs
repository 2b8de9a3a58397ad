using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>AWS::Serverless::Application: a nested stack.</summary>
internal sealed class ApplicationResource(SamDefinition definition) : SamResource(definition)
{
    public override IEnumerable<GeneratedResource> Expand(SamContext context)
    {
        GeneratedResource stack = new("AWS::CloudFormation::Stack", LogicalId, PassedAttributes, DependsOn);
        foreach (string property in new[] { "Parameters", "NotificationARNs", "TimeoutInMinutes" })
        {
            stack[property] = Property(property);
        }

        TemplateMap further = new();
        if (Property("Location") is TemplateMap location)
        {
            foreach ((string property, string tag) in new[] { ("ApplicationId", Tags.ApplicationId), ("SemanticVersion", Tags.SemanticVersion) })
            {
                if (location[property] is { } value)
                {
                    further[tag] = value;
                }
            }
        }

        stack["Tags"] = Tags.WithSam(LogicalId, Property("Tags") as TemplateMap, further);
        stack["TemplateURL"] = IsSet("TemplateUrl") ? Property("TemplateUrl") : "";
        return [stack];
    }
}

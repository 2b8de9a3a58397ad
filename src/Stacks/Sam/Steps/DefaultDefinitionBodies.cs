using Lamina.Stacks.Sam.Api;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>Gives an API without a document an empty one, which SAM then manages.</summary>
internal static class DefaultDefinitionBodies
{
    /// <summary>The internal property that says that SAM manages the API's document.</summary>
    public const string Managed = "__MANAGE_SWAGGER";

    public static void Add(TemplateMap template)
    {
        foreach ((TemplateKey _, TemplateNode value) in ((TemplateMap)template["Resources"]!).Entries)
        {
            TemplateMap resource = (TemplateMap)value;
            bool isRest = TemplateNode.Same(resource["Type"], SamTypes.Api);
            if (!isRest && !TemplateNode.Same(resource["Type"], SamTypes.HttpApi))
            {
                continue;
            }

            // Without properties a REST API lacks its stage's name anyway.
            if (isRest && !resource.Has("Properties"))
            {
                continue;
            }

            TemplateMap properties = resource.GetOrSetMap("Properties");
            if (properties["DefinitionBody"] is not { IsTruthy: true } && properties["DefinitionUri"] is not { IsTruthy: true })
            {
                properties["DefinitionBody"] = isRest ? SwaggerEditor.Skeleton() : OpenApiEditor.Skeleton();
                properties[Managed] = true;
            }
        }
    }
}

using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Sam;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Transforms;

/// <summary>Runs the transforms that a template declares, so that CloudFormation's own resources are left.</summary>
internal static class TemplateTransforms
{
    public const string Serverless = "AWS::Serverless-2016-10-31";
    public const string LanguageExtensions = "AWS::LanguageExtensions";
    public const string Include = "AWS::Include";

    /// <summary>Whether a change of the template by macros has to be agreed to: CAPABILITY_AUTO_EXPAND.</summary>
    public static bool NeedsCapability(StackTemplate template) =>
        template.Transforms.Any(static name => name != Include) || IncludedFragments.AreIn(template.Root);

    /// <summary>Throws CloudFormation's ValidationError for a transform that fails, and for one that is not served.</summary>
    /// <param name="template">Is left as it is.</param>
    /// <param name="fetch">Reads what <c>AWS::Include</c> names, by its <c>s3://</c> address.</param>
    public static TemplateMap Run(
        StackTemplate template, IReadOnlyList<StackParameter> parameters, string region, TimeProvider time, Func<string, string> fetch)
    {
        TemplateMap root = (TemplateMap)IncludedFragments.Replace(template.Root.Copy(), fetch);
        foreach (string name in template.Transforms.Where(static name => name != Include))
        {
            root = name switch
            {
                LanguageExtensions => LoopExpansion.Expand(root, parameters),
                Serverless => RunServerless(root, parameters, region, time),
                _ => throw StackErrors.Validation($"No transform named {name} found."),
            };
        }

        root.Remove("Transform");
        return root;
    }

    private static TemplateMap RunServerless(TemplateMap root, IReadOnlyList<StackParameter> parameters, string region, TimeProvider time)
    {
        SamOptions options = new(region, time);
        foreach (StackParameter parameter in parameters)
        {
            options.SetParameter(parameter.Key, parameter.Resolved ?? parameter.Value);
        }

        try
        {
            return SamTransform.Run(root, options);
        }
        catch (SamDocumentException fault)
        {
            throw StackErrors.Validation($"Transform {Serverless} failed with: {fault.Message}");
        }
    }
}

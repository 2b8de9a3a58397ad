using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Sam.Intrinsics;
using Lamina.Stacks.Sam.Steps;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>
/// The transform AWS::Serverless-2016-10-31: a template with SAM's resources becomes one with CloudFormation's alone. Facts are those of
/// AWS's translator (aws-sam-translator 1.110, Apache-2.0).
/// </summary>
internal sealed class SamTransform
{
    private readonly SamOptions _options;
    private readonly List<SamException> _faults = [];
    private readonly ApplicationTemplates _applications = new();

    private SamTransform(SamOptions options) => _options = options;

    /// <summary>
    /// Transforms a template, which is changed on the way.
    /// 1. The structure is checked; values become as AWS's transform holds them.
    /// 2. The template is prepared: applications, default documents of APIs, implicit APIs, Globals, connectors within resources.
    /// 3. Each SAM resource is expanded; what is wrong with one does not keep the others from being looked at.
    /// 4. CodeDeploy's resources are added, references rewritten.
    /// </summary>
    /// <exception cref="SamDocumentException">The template is invalid; all that was found is in it.</exception>
    public static TemplateMap Run(TemplateNode template, SamOptions options)
    {
        try
        {
            return new SamTransform(options).Run(template);
        }
        catch (SamException fault)
        {
            throw new SamDocumentException(fault);
        }
        catch (TemplateShapeException fault)
        {
            throw new SamDocumentException(new SamTemplateException(fault.Message, fault.Position));
        }
    }

    private TemplateMap Run(TemplateNode document)
    {
        // 1.
        TemplateMap template = TemplateStructure.Check(document);
        bool asPython27 = Python27Adoption.Apply(template);
        ParameterValues parameters = ParameterValues.Of(template, _options, asPython27);
        TemplateStructure.Check(template);

        // 2.
        Prepare(template, parameters);
        SamContext context = new(_options, template, parameters, MappingValues.Of(template));

        // 3.
        foreach ((string logicalId, TemplateMap definition) in ResourcesOf(template))
        {
            Try(() => Expand(logicalId, definition, context));
        }

        // 4.
        AddDeployments(context);
        Try(_applications.AwaitTemplates);
        context.Output.Remove("Transform");
        if (_faults.Count > 0)
        {
            throw new SamDocumentException(_faults);
        }

        context.References.Apply(context.Output);
        return context.Output;
    }

    private void Prepare(TemplateMap template, ParameterValues parameters)
    {
        _applications.Request(template, parameters, _options);
        DefaultDefinitionBodies.Add(template);
        new ImplicitRestApi().Apply(template);
        new ImplicitHttpApi().Apply(template);
        Globals.Apply(template);
        EmbeddedConnectors.MoveOut((TemplateMap)template["Resources"]!, _faults);
    }

    private static IEnumerable<(string LogicalId, TemplateMap Definition)> ResourcesOf(TemplateMap template) =>
        ((TemplateMap)template["Resources"]!).Entries
            .Where(static resource => SamTypes.IsKnown(((TemplateMap)resource.Value)["Type"]))
            .OrderBy(static resource => SamTypes.OrderOf(((TemplateMap)resource.Value)["Type"]))
            .Select(static resource => (resource.Key.Name, (TemplateMap)resource.Value));

    private void Expand(string logicalId, TemplateMap definition, SamContext context)
    {
        try
        {
            SamResource resource = SamTypes.Read(logicalId, definition, _applications);
            resource.Link(context);
            RedeployedFunctions.Note(definition, context);
            GeneratedResource[] generated = [.. resource.Expand(context)];
            NoteReferences(logicalId, resource, generated, context);
            context.OutputResources.Remove(logicalId);
            Add(logicalId, generated, context);
        }
        catch (TemplateShapeException error)
        {
            throw new SamResourceException(logicalId, error.Message, null, error.Position);
        }
    }

    private static void NoteReferences(string logicalId, SamResource resource, GeneratedResource[] generated, SamContext context)
    {
        foreach ((string part, string type) in resource.Parts)
        {
            if (generated.LastOrDefault(one => one.Type == type) is { } last)
            {
                context.References.AddPart(resource.LogicalId, part, last.LogicalId);
            }
        }

        if (resource.LogicalId != logicalId)
        {
            context.References.AddChangedId(logicalId, resource.LogicalId);
        }
    }

    private void Add(string logicalId, GeneratedResource[] generated, SamContext context)
    {
        foreach (GeneratedResource resource in generated)
        {
            if (UniqueIds.MayHave(resource, context.SourceResources))
            {
                context.OutputResources[resource.LogicalId] = resource.ToNode();
            }
            else
            {
                _faults.Add(new SamDuplicateIdException(logicalId, resource.LogicalId, resource.Type));
            }
        }
    }

    private void AddDeployments(SamContext context)
    {
        if (!context.Deployments.AnyEnabled)
        {
            return;
        }

        foreach (GeneratedResource resource in context.Deployments.SharedResources(context))
        {
            context.OutputResources[resource.LogicalId] = resource.ToNode();
        }

        foreach (string logicalId in context.Deployments.EnabledIds)
        {
            Try(() =>
            {
                GeneratedResource group = context.Deployments.GroupOf(logicalId);
                context.OutputResources[group.LogicalId] = group.ToNode();
            });
        }
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (SamException fault)
        {
            _faults.Add(fault);
        }
    }
}

using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>A resource of one of SAM's types, which is expanded to CloudFormation's.</summary>
internal abstract class SamResource(SamDefinition definition)
{
    /// <summary>The id; a layer version's changes while it is expanded.</summary>
    public string LogicalId { get; protected set; } = definition.LogicalId;

    /// <summary>Parts that a template may refer to, as <c>MyFunction.Alias</c>, by the type that they become.</summary>
    public virtual IReadOnlyDictionary<string, string> Parts { get; } = new Dictionary<string, string>();

    protected SamDefinition Definition { get; } = definition;

    protected TemplateMap Attributes => Definition.Attributes;

    protected TemplateMap PassedAttributes => Definition.PassedAttributes;

    protected TemplateNode? DependsOn => Definition.DependsOn;

    /// <summary>Finds the resources of the template that this one changes.</summary>
    /// <exception cref="SamResourceException">There is none, or an event is invalid.</exception>
    public virtual void Link(SamContext context)
    {
    }

    /// <summary>The resources that this one is expanded to.</summary>
    /// <exception cref="SamResourceException">The resource is invalid.</exception>
    public abstract IEnumerable<GeneratedResource> Expand(SamContext context);

    protected TemplateNode? Property(string name) => Definition[name];

    /// <summary>Whether a boolean property is set.</summary>
    protected bool IsSet(string name) => Definition[name] is { IsTruthy: true };

    protected SamResourceException Fault(string message, string? path = null) =>
        new(LogicalId, message, path, path is null ? default : Definition[path.Split('.')[0]]?.Position ?? default);
}

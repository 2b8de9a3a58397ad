using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>An event of a function or a state machine.</summary>
internal abstract class SamEvent(SamDefinition definition, string eventId)
{
    /// <summary>The owner's id and the event's.</summary>
    public string LogicalId { get; } = definition.LogicalId;

    /// <summary>The event's id within its owner.</summary>
    public string EventId { get; } = eventId;

    protected TemplateNode? this[string property]
    {
        get => definition[property];
        set => definition[property] = value;
    }

    /// <summary>Finds the resource of the template that the event changes.</summary>
    /// <exception cref="SamEventException">There is none.</exception>
    public virtual void Link(TemplateMap resources)
    {
    }

    /// <summary>What the event becomes.</summary>
    /// <exception cref="SamEventException">The event is invalid.</exception>
    public abstract IEnumerable<GeneratedResource> Expand(EventTarget target);

    protected SamEventException Fault(string message, string? path = null) => new(EventId, message, path);

    /// <summary>A fault that AWS tells under the owner's and the event's id together.</summary>
    protected SamEventException FaultUnderBoth(string message, string? path = null) => new(LogicalId, message, path);

    /// <summary>Lets a service call the function.</summary>
    protected GeneratedResource Permission(
        EventTarget target, string principal, TemplateNode? sourceArn, TemplateNode? sourceAccount = null, string suffix = "", string? prefix = null)
    {
        string id = $"{prefix ?? LogicalId}Permission";
        GeneratedResource permission = new(
            "AWS::Lambda::Permission", LogicalIds.MayStand(suffix) ? id + suffix : LogicalIds.Of(id, suffix), target.Attributes);
        permission["Action"] = "lambda:InvokeFunction";
        permission["FunctionName"] = target.Resource.FunctionName;
        permission["Principal"] = principal;
        permission["SourceArn"] = sourceArn;
        permission["SourceAccount"] = sourceAccount;
        return permission;
    }
}

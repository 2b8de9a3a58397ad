using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>The target of a rule or schedule: what is passed on to it from the event's properties.</summary>
internal static class RuleTarget
{
    private static readonly string[] PassedOn = ["Input", "InputPath", "RetryPolicy", "InputTransformer"];

    /// <summary>Completes the target; the queue that is made for it, if one is.</summary>
    public static GeneratedResource[] Complete(
        TemplateMap target, string id, TemplateNode? deadLetters, TemplateNode? ruleArn, TemplateMap attributes, Func<string, TemplateNode?> property)
    {
        foreach (string name in PassedOn)
        {
            if (property(name) is { } value)
            {
                target[name] = value;
            }
        }

        if (deadLetters is not TemplateMap settings)
        {
            return [];
        }

        (TemplateNode arn, GeneratedResource[] made) = EventQueue.Of(id, settings, ruleArn, attributes);
        target["DeadLetterConfig"] = new TemplateMap { ["Arn"] = arn };
        return made;
    }
}

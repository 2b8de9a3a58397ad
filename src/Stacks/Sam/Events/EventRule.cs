using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Events;

/// <summary>What rules of EventBridge have in common, be they by schedule or by pattern.</summary>
internal static class EventRule
{
    private const int LongestTargetId = 64;

    /// <exception cref="SamEventException">Both State and Enabled.</exception>
    public static TemplateNode? StateOf(string eventId, TemplateNode? state, TemplateNode? enabled)
    {
        if (state is { IsTruthy: true } && enabled is not null)
        {
            throw new SamEventException(eventId, "State and Enabled Properties cannot both be specified.", "State");
        }

        return enabled is not null ? enabled.IsTruthy ? "ENABLED" : "DISABLED" : state is { IsTruthy: true } ? state : null;
    }

    public static TemplateNode TargetId(TemplateNode? target, string id, string suffix) => (target as TemplateMap)?["Id"] is { } given ? given
        : id.Length + suffix.Length <= LongestTargetId ? id + suffix : id[..(LongestTargetId - suffix.Length)] + suffix;
}

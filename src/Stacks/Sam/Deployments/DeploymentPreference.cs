using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Deployments;

/// <summary>How traffic moves to a new version of a function: its property DeploymentPreference, resolved.</summary>
internal sealed class DeploymentPreference
{
    private DeploymentPreference(TemplateMap? settings, TemplateNode? condition, TemplateMap? tags)
    {
        Settings = settings;
        Condition = condition;
        Tags = tags;
    }

    public bool IsEnabled => Settings is not null;

    /// <summary>What the function says, null where it is not enabled.</summary>
    public TemplateMap? Settings { get; }

    public TemplateNode? Condition { get; }

    public TemplateMap? Tags { get; }

    public TemplateNode? PreTrafficHook => (Settings?["Hooks"] as TemplateMap)?["PreTraffic"];

    public TemplateNode? PostTrafficHook => (Settings?["Hooks"] as TemplateMap)?["PostTraffic"];

    /// <exception cref="SamResourceException">No type, or hooks that are no map.</exception>
    public static DeploymentPreference Of(string functionId, TemplateMap settings, TemplateNode? condition, TemplateMap? tags)
    {
        TemplateNode enabled = settings.Has("Enabled") ? settings["Enabled"] ?? TemplateNull.Instance : true;
        if (!enabled.IsTruthy || enabled is TemplateText { Value: "false" or "False" })
        {
            return new DeploymentPreference(null, null, null);
        }

        if (!settings.Has("Type"))
        {
            throw new SamResourceException(
                functionId, "'DeploymentPreference' is missing required Property 'Type'", "DeploymentPreference", settings.Position);
        }

        if (settings.Has("Hooks") && settings["Hooks"] is not TemplateMap)
        {
            throw new SamResourceException(
                functionId, "'Hooks' property of 'DeploymentPreference' must be a dictionary", "DeploymentPreference.Hooks", settings.Position);
        }

        return new DeploymentPreference(settings, condition, tags);
    }
}

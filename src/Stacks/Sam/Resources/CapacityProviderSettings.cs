using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>How a function names its capacity provider.</summary>
internal static class CapacityProviderSettings
{
    /// <exception cref="SamResourceException">The property does not go with its schema.</exception>
    public static TemplateMap OfFunction(string functionId, TemplateMap given)
    {
        TemplateMap read = Schema.Read("CapacityProviderConfig", given, out List<SchemaFault> faults);
        if (faults.Count > 0)
        {
            string title = $"{faults.Count} validation error{(faults.Count == 1 ? "" : "s")} for CapacityProviderConfig";
            IEnumerable<string> lines = faults.Select(static fault => $"{string.Join(" -> ", fault.Path)}\n  {fault.Message} (type={fault.Kind})");
            throw new SamResourceException(
                functionId, $"Invalid CapacityProviderConfig: {string.Join('\n', lines.Prepend(title))}", "CapacityProviderConfig", given.Position);
        }

        TemplateMap config = new() { { "CapacityProviderArn", read["Arn"] } };
        foreach (string name in new[] { "PerExecutionEnvironmentMaxConcurrency", "ExecutionEnvironmentMemoryGiBPerVCpu" })
        {
            if (read[name] is { } value)
            {
                config[name] = value;
            }
        }

        return new TemplateMap { ["LambdaManagedInstancesCapacityProviderConfig"] = config };
    }
}

using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam.Resources;

/// <summary>Properties of a function that do not go together.</summary>
internal static class FunctionRules
{
    public static Dictionary<string, string> DeadLetterActions { get; } = new(StringComparer.Ordinal)
    {
        ["SQS"] = "sqs:SendMessage",
        ["SNS"] = "sns:Publish",
    };

    private static readonly (string First, string Second)[] Exclusive =
        [("CapacityProviderConfig", "ProvisionedConcurrencyConfig"), ("CapacityProviderConfig", "VpcConfig")];

    private static readonly (string Property, string Needed)[] Dependent =
        [("FunctionScalingConfig", "CapacityProviderConfig"), ("VersionDeletionPolicy", "AutoPublishAlias")];

    /// <exception cref="SamResourceException">They are used together, or one without the other.</exception>
    public static void Check(SamDefinition function)
    {
        string[] faults =
        [
            .. Exclusive.Where(pair => function[pair.First] is not null && function[pair.Second] is not null)
                .Select(static pair => $"Cannot specify '{pair.First}' and '{pair.Second}' together."),
            .. Dependent.Where(pair => function[pair.Property] is not null && function[pair.Needed] is null)
                .Select(static pair => $"'{pair.Property}' requires '{pair.Needed}'."),
        ];
        if (faults.Length > 0)
        {
            throw new SamResourceException(function.LogicalId, string.Join('\n', faults));
        }

        if (function["DeadLetterQueue"] is TemplateMap { Count: > 0 } queue)
        {
            CheckDeadLetterQueue(function.LogicalId, queue);
        }

        if (function["TenancyConfig"] is { IsTruthy: true })
        {
            CheckTenancy(function);
        }
    }

    private static void CheckDeadLetterQueue(string id, TemplateMap queue)
    {
        if (queue["Type"] is not { IsTruthy: true } type || queue["TargetArn"] is not { IsTruthy: true })
        {
            throw new SamResourceException(
                id, "'DeadLetterQueue' requires Type and TargetArn properties to be specified.", "DeadLetterQueue", queue.Position);
        }

        string name = Expected.Property(type, id, "DeadLetterQueue.Type").ToBeString().Value;
        if (!DeadLetterActions.ContainsKey(name))
        {
            throw new SamResourceException(
                id, $"'DeadLetterQueue' requires Type of {Python27.Describe(DeadLetterActions.Keys)}", "DeadLetterQueue.Type", type.Position);
        }
    }

    private static void CheckTenancy(SamDefinition function)
    {
        foreach ((string property, string what) in new[]
        {
            ("ProvisionedConcurrencyConfig", "Provisioned concurrency"), ("FunctionUrlConfig", "Function URL"), ("SnapStart", "SnapStart"),
        })
        {
            if (function[property] is { IsTruthy: true })
            {
                throw new SamResourceException(
                    function.LogicalId, $"{what} is not supported for functions enabled with tenancy configuration.", property);
            }
        }

        foreach (TemplateMap item in (function["Events"] as TemplateMap)?.Entries.Select(static entry => entry.Value).OfType<TemplateMap>() ?? [])
        {
            if (item["Type"] is not TemplateText { Value: "Api" or "HttpApi" })
            {
                throw new SamResourceException(
                    function.LogicalId,
                    $"Event source '{Python27.Print(item["Type"])}' is not supported for functions enabled with tenancy configuration. "
                    + "Only Api and HttpApi event sources are supported.",
                    "Events", item.Position);
            }
        }
    }
}

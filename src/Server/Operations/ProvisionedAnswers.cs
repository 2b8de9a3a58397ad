using Lamina.Contract.Lambda;
using Lamina.Execution.Environments;
using Lamina.Functions;

namespace Lamina.Server.Operations;

/// <summary>Words provisioned concurrency as AWS's answers do.</summary>
internal static class ProvisionedAnswers
{
    private const string InProgress = "IN_PROGRESS";

    /// <summary>What was just accepted has nothing yet, whatever is there already (recorded).</summary>
    public static PutProvisionedConcurrencyConfigResponse Accepted(ProvisionedConcurrency setting) => new()
    {
        RequestedProvisionedConcurrentExecutions = setting.Executions,
        AvailableProvisionedConcurrentExecutions = 0,
        AllocatedProvisionedConcurrentExecutions = 0,
        Status = InProgress,
        LastModified = setting.LastModified,
    };

    public static GetProvisionedConcurrencyConfigResponse Of(ProvisionedConcurrency setting, ProvisionedState? state)
    {
        (int ready, string status, string? reason) = Progress(setting, state);
        return new GetProvisionedConcurrencyConfigResponse
        {
            RequestedProvisionedConcurrentExecutions = setting.Executions,
            AvailableProvisionedConcurrentExecutions = ready,
            AllocatedProvisionedConcurrentExecutions = ready,
            Status = status,
            StatusReason = reason,
            LastModified = setting.LastModified,
        };
    }

    public static ProvisionedConcurrencyConfigListItem Item(ProvisionedConcurrency setting, FunctionVersion version, ProvisionedState? state)
    {
        (int ready, string status, string? reason) = Progress(setting, state);
        return new ProvisionedConcurrencyConfigListItem
        {
            FunctionArn = version.Arn.Qualified(setting.Qualifier),
            RequestedProvisionedConcurrentExecutions = setting.Executions,
            AvailableProvisionedConcurrentExecutions = ready,
            AllocatedProvisionedConcurrentExecutions = ready,
            Status = status,
            StatusReason = reason,
            LastModified = setting.LastModified,
        };
    }

    private static (int Ready, string Status, string? Reason) Progress(ProvisionedConcurrency setting, ProvisionedState? state) => state switch
    {
        null => (0, InProgress, null),
        { Failed: true } => (Math.Min(state.Ready, setting.Executions), "FAILED", "FUNCTION_ERROR_INIT_FAILURE"),
        // None is counted before all are there (recorded). Two aliases of one version share its environments: both are ready when all of them are.
        _ => state.Ready < state.Wanted ? (0, InProgress, null) : (Math.Min(state.Ready, setting.Executions), "READY", null),
    };
}

using Lamina.Contract;
using Lamina.Functions;

namespace Lamina.Stacks.Resources.Lambda;

/// <summary>Waits until a function can be invoked and changed.</summary>
internal static class ReadyFunction
{
    /// <summary>Throws when the preparation of the function fails, with the reason.</summary>
    public static async Task<FunctionVersion> WaitAsync(StackRoomParts rooms, Caller caller, string name, CancellationToken cancellationToken)
    {
        FunctionArn arn = rooms.FunctionDirectory.Resolve(caller, name, null).Arn;
        while (true)
        {
            TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnSettled(FunctionArn function)
            {
                if (function == arn)
                {
                    settled.TrySetResult();
                }
            }

            rooms.Functions.Settled += OnSettled;
            try
            {
                FunctionVersion function = rooms.FunctionDirectory.Resolve(caller, name, null);
                if (function.State.Name != FunctionStateName.Pending && function.LastUpdate.Name != UpdateStatusName.InProgress)
                {
                    return IsFailed(function, out string? reason) ? throw AwsError.ResourceConflict(reason) : function;
                }

                await settled.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                rooms.Functions.Settled -= OnSettled;
            }
        }
    }

    private static bool IsFailed(FunctionVersion function, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? reason)
    {
        reason = function.State.Name == FunctionStateName.Failed ? function.State.Reason ?? "The function's creation failed."
            : function.LastUpdate.Name == UpdateStatusName.Failed ? function.LastUpdate.Reason ?? "The function's update failed." : null;
        return reason is not null;
    }
}

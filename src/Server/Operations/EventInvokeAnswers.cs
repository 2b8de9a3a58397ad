using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Words event invoke configs as AWS's answers do: both destinations are there, empty when not set (recorded).</summary>
internal static class EventInvokeAnswers
{
    public static Answer Config(EventInvokeConfig config) => Answer.Json(200, Worded(config), LambdaJson.Default.FunctionEventInvokeConfig);

    public static FunctionEventInvokeConfig Worded(EventInvokeConfig config) => new()
    {
        LastModified = EpochSeconds.Of(config.LastModified),
        FunctionArn = config.FunctionArn,
        MaximumRetryAttempts = config.MaximumRetryAttempts,
        MaximumEventAgeInSeconds = config.MaximumEventAgeSeconds,
        DestinationConfig = new DestinationConfig
        {
            OnSuccess = new OnSuccess { Destination = config.OnSuccess },
            OnFailure = new OnFailure { Destination = config.OnFailure },
        },
    };
}

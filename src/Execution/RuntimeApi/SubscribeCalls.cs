using Lamina.Execution.Environments;
using Lamina.Execution.Extensions;
using Lamina.Execution.Telemetry;

namespace Lamina.Execution.RuntimeApi;

/// <summary>PUT /2022-07-01/telemetry and, before it, PUT /2020-08-15/logs.</summary>
internal static class SubscribeCalls
{
    private const int MaxRequestBytes = 64 * 1024;

    public static Task TelemetryAsync(RuntimeRequest request) => ExtensionCalls.WithIdentifierAsync(
        request, static (request, id) => HandleAsync(request, id, isLogsApi: false));

    public static Task LogsAsync(RuntimeRequest request) => ExtensionCalls.WithIdentifierAsync(
        request, static (request, id) => HandleAsync(request, id, isLogsApi: true));

    private static async Task HandleAsync(RuntimeRequest request, Guid id, bool isLogsApi)
    {
        (PayloadReadKind read, PayloadBuffer body) = await PayloadReader.ReadAsync(request, MaxRequestBytes);
        string faults = "request body is too large or cut short";
        TelemetrySubscription? subscription =
            read == PayloadReadKind.Complete ? SubscriptionRequest.Read(body.Memory, isLogsApi, out faults) : null;
        body.Return();
        var call = new SubscribeCall(id, isLogsApi, subscription, faults);
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.Subscribe, call));
        ExtensionAnswer? answer = await call.Task;
        if (answer is null)
        {
            request.Lifetime.Abort();
            return;
        }

        await ExtensionCalls.WriteAsync(request, answer);
    }
}

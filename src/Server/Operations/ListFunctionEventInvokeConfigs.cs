using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListFunctionEventInvokeConfigs(EventInvokeConfigs configs) : IOperation
{
    public string Name => "ListFunctionEventInvokeConfigs";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListFunctionEventInvokeConfigsRequest request = LambdaRequests.ListFunctionEventInvokeConfigs(call);
        (List<EventInvokeConfig> items, string? next) = Page.Take(
            configs.List(call.Caller, request.FunctionName!, Page.After(request.Marker)), Page.SizeOf(request.MaxItems), QualifierOf);
        ListFunctionEventInvokeConfigsResponse response = new()
        {
            FunctionEventInvokeConfigs = [.. items.Select(EventInvokeAnswers.Worded)],
            NextMarker = next,
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListFunctionEventInvokeConfigsResponse));
    }

    private static string QualifierOf(EventInvokeConfig config) => config.FunctionArn[(config.FunctionArn.LastIndexOf(':') + 1)..];
}

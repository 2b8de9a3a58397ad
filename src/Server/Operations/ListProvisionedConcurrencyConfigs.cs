using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListProvisionedConcurrencyConfigs(FunctionConcurrency concurrency, Invoker invoker) : IOperation
{
    public string Name => "ListProvisionedConcurrencyConfigs";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListProvisionedConcurrencyConfigsRequest request = LambdaRequests.ListProvisionedConcurrencyConfigs(call);
        (List<(ProvisionedConcurrency Setting, FunctionVersion Version)> items, string? next) = Page.Take(
            concurrency.ListProvisioned(call.Caller, request.FunctionName!, Page.After(request.Marker)),
            Page.SizeOf(request.MaxItems),
            static item => item.Setting.Qualifier);
        ListProvisionedConcurrencyConfigsResponse response = new()
        {
            ProvisionedConcurrencyConfigs =
                [.. items.Select(item => ProvisionedAnswers.Item(item.Setting, item.Version, invoker.FindProvisionedState(item.Version)))],
            NextMarker = next,
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListProvisionedConcurrencyConfigsResponse));
    }
}

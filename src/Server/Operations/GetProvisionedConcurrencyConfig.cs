using Lamina.Contract.Lambda;
using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetProvisionedConcurrencyConfig(FunctionConcurrency concurrency, Invoker invoker) : IOperation
{
    public string Name => "GetProvisionedConcurrencyConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetProvisionedConcurrencyConfigRequest request = LambdaRequests.GetProvisionedConcurrencyConfig(call);
        (ProvisionedConcurrency setting, FunctionVersion version) = concurrency.GetProvisioned(
            call.Caller, request.FunctionName!, request.Qualifier!);
        GetProvisionedConcurrencyConfigResponse response = ProvisionedAnswers.Of(setting, invoker.FindProvisionedState(version));
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetProvisionedConcurrencyConfigResponse));
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutProvisionedConcurrencyConfig(FunctionConcurrency concurrency) : IOperation
{
    public string Name => "PutProvisionedConcurrencyConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutProvisionedConcurrencyConfigRequest request = LambdaRequests.PutProvisionedConcurrencyConfig(call.Body.Span, call);
        ProvisionedConcurrency setting = await concurrency.PutProvisionedAsync(call.Caller, request, cancellationToken);
        return Answer.Json(202, ProvisionedAnswers.Accepted(setting), LambdaJson.Default.PutProvisionedConcurrencyConfigResponse);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteProvisionedConcurrencyConfig(FunctionConcurrency concurrency) : IOperation
{
    public string Name => "DeleteProvisionedConcurrencyConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteProvisionedConcurrencyConfigRequest request = LambdaRequests.DeleteProvisionedConcurrencyConfig(call);
        await concurrency.DeleteProvisionedAsync(call.Caller, request.FunctionName!, request.Qualifier!, cancellationToken);
        return Answer.Empty(204);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteFunctionConcurrency(FunctionConcurrency concurrency) : IOperation
{
    public string Name => "DeleteFunctionConcurrency";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteFunctionConcurrencyRequest request = LambdaRequests.DeleteFunctionConcurrency(call);
        await concurrency.DeleteReservedAsync(call.Caller, request.FunctionName!, cancellationToken);
        return Answer.Empty(204);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionConcurrency(FunctionConcurrency concurrency) : IOperation
{
    public string Name => "GetFunctionConcurrency";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionConcurrencyRequest request = LambdaRequests.GetFunctionConcurrency(call);
        GetFunctionConcurrencyResponse response = new() { ReservedConcurrentExecutions = concurrency.GetReserved(call.Caller, request.FunctionName!) };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetFunctionConcurrencyResponse));
    }
}

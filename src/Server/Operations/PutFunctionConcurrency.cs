using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutFunctionConcurrency(FunctionConcurrency concurrency) : IOperation
{
    public string Name => "PutFunctionConcurrency";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutFunctionConcurrencyRequest request = LambdaRequests.PutFunctionConcurrency(call.Body.Span, call);
        Concurrency reserved = new() { ReservedConcurrentExecutions = await concurrency.PutReservedAsync(call.Caller, request, cancellationToken) };
        return Answer.Json(200, reserved, LambdaJson.Default.Concurrency);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutFunctionRecursionConfig(RecursionControl recursion) : IOperation
{
    public string Name => "PutFunctionRecursionConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutFunctionRecursionConfigRequest request = LambdaRequests.PutFunctionRecursionConfig(call.Body.Span, call);
        string loop = await recursion.PutAsync(call.Caller, request.FunctionName!, request.RecursiveLoop!, cancellationToken);
        return Answer.Json(
            200, new PutFunctionRecursionConfigResponse { RecursiveLoop = loop }, LambdaJson.Default.PutFunctionRecursionConfigResponse);
    }
}

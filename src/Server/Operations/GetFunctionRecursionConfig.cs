using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionRecursionConfig(RecursionControl recursion) : IOperation
{
    public string Name => "GetFunctionRecursionConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionRecursionConfigRequest request = LambdaRequests.GetFunctionRecursionConfig(call);
        GetFunctionRecursionConfigResponse response = new() { RecursiveLoop = recursion.Get(call.Caller, request.FunctionName!) };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetFunctionRecursionConfigResponse));
    }
}

using Lamina.Contract.Lambda;
using Lamina.Contract;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionCodeSigningConfig(FunctionCodeSigning signing) : IOperation
{
    public string Name => "GetFunctionCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionCodeSigningConfigRequest request = LambdaRequests.GetFunctionCodeSigningConfig(call);
        (FunctionArn function, string? config) = signing.Get(call.Caller, request.FunctionName!);
        // Without a config AWS names not even the function (recorded).
        GetFunctionCodeSigningConfigResponse response = config is null
            ? new GetFunctionCodeSigningConfigResponse()
            : new GetFunctionCodeSigningConfigResponse { CodeSigningConfigArn = config, FunctionName = function.Name };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetFunctionCodeSigningConfigResponse));
    }
}

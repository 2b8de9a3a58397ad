using Lamina.Contract.Lambda;
using Lamina.Contract;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutFunctionCodeSigningConfig(FunctionCodeSigning signing) : IOperation
{
    public string Name => "PutFunctionCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutFunctionCodeSigningConfigRequest request = LambdaRequests.PutFunctionCodeSigningConfig(call.Body.Span, call);
        FunctionArn function = await signing.PutAsync(call.Caller, request.FunctionName!, request.CodeSigningConfigArn!, cancellationToken);
        PutFunctionCodeSigningConfigResponse response = new() { CodeSigningConfigArn = request.CodeSigningConfigArn, FunctionName = function.Name };
        return Answer.Json(200, response, LambdaJson.Default.PutFunctionCodeSigningConfigResponse);
    }
}

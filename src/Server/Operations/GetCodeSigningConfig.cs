using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetCodeSigningConfig(CodeSigningConfigs configs) : IOperation
{
    public string Name => "GetCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetCodeSigningConfigRequest request = LambdaRequests.GetCodeSigningConfig(call);
        CodeSigningDocument config = configs.Get(call.Caller, request.CodeSigningConfigArn!);
        GetCodeSigningConfigResponse response = new() { CodeSigningConfig = CodeSigningAnswers.Worded(config) };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetCodeSigningConfigResponse));
    }
}

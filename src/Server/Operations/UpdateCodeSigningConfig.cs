using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateCodeSigningConfig(CodeSigningConfigs configs) : IOperation
{
    public string Name => "UpdateCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateCodeSigningConfigRequest request = LambdaRequests.UpdateCodeSigningConfig(call.Body.Span, call);
        CodeSigningDocument updated = await configs.UpdateAsync(call.Caller, request, cancellationToken);
        UpdateCodeSigningConfigResponse response = new() { CodeSigningConfig = CodeSigningAnswers.Worded(updated) };
        return Answer.Json(200, response, LambdaJson.Default.UpdateCodeSigningConfigResponse);
    }
}

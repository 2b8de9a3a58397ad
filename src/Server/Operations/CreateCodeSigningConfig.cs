using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateCodeSigningConfig(CodeSigningConfigs configs) : IOperation
{
    public string Name => "CreateCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateCodeSigningConfigRequest request = LambdaRequests.CreateCodeSigningConfig(call.Body.Span, call);
        CodeSigningDocument created = await configs.CreateAsync(call.Caller, request, cancellationToken);
        CreateCodeSigningConfigResponse response = new() { CodeSigningConfig = CodeSigningAnswers.Worded(created) };
        return Answer.Json(201, response, LambdaJson.Default.CreateCodeSigningConfigResponse);
    }
}

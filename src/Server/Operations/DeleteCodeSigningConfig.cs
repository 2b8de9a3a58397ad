using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteCodeSigningConfig(CodeSigningConfigs configs) : IOperation
{
    public string Name => "DeleteCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteCodeSigningConfigRequest request = LambdaRequests.DeleteCodeSigningConfig(call);
        await configs.DeleteAsync(call.Caller, request.CodeSigningConfigArn!, cancellationToken);
        return Answer.Empty(204);
    }
}

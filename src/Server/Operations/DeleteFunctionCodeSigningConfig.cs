using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteFunctionCodeSigningConfig(FunctionCodeSigning signing) : IOperation
{
    public string Name => "DeleteFunctionCodeSigningConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteFunctionCodeSigningConfigRequest request = LambdaRequests.DeleteFunctionCodeSigningConfig(call);
        await signing.DeleteAsync(call.Caller, request.FunctionName!, cancellationToken);
        return Answer.Empty(204);
    }
}

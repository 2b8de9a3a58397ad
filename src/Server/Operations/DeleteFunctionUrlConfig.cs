using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteFunctionUrlConfig(FunctionUrls urls) : IOperation
{
    public string Name => "DeleteFunctionUrlConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteFunctionUrlConfigRequest request = LambdaRequests.DeleteFunctionUrlConfig(call);
        await urls.DeleteAsync(call.Caller, request.FunctionName!, request.Qualifier, cancellationToken);
        return Answer.Empty(204);
    }
}

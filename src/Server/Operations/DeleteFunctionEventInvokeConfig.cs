using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteFunctionEventInvokeConfig(EventInvokeConfigs configs) : IOperation
{
    public string Name => "DeleteFunctionEventInvokeConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteFunctionEventInvokeConfigRequest request = LambdaRequests.DeleteFunctionEventInvokeConfig(call);
        await configs.DeleteAsync(call.Caller, request.FunctionName!, request.Qualifier, cancellationToken);
        return Answer.Empty(204);
    }
}

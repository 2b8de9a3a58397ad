using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutRuntimeManagementConfig(RuntimeManagement runtimes) : IOperation
{
    public string Name => "PutRuntimeManagementConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutRuntimeManagementConfigRequest request = LambdaRequests.PutRuntimeManagementConfig(call.Body.Span, call);
        RuntimeManagementConfig config = await runtimes.PutAsync(call.Caller, request, cancellationToken);
        PutRuntimeManagementConfigResponse response = new()
        {
            UpdateRuntimeOn = config.UpdateRuntimeOn,
            FunctionArn = config.FunctionArn,
            RuntimeVersionArn = config.RuntimeVersionArn,
        };
        return Answer.Json(200, response, LambdaJson.Default.PutRuntimeManagementConfigResponse);
    }
}

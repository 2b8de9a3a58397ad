using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetRuntimeManagementConfig(RuntimeManagement runtimes) : IOperation
{
    public string Name => "GetRuntimeManagementConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetRuntimeManagementConfigRequest request = LambdaRequests.GetRuntimeManagementConfig(call);
        RuntimeManagementConfig config = runtimes.Get(call.Caller, request.FunctionName!, request.Qualifier);
        GetRuntimeManagementConfigResponse response = new()
        {
            UpdateRuntimeOn = config.UpdateRuntimeOn,
            FunctionArn = config.FunctionArn,
            RuntimeVersionArn = config.RuntimeVersionArn,
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetRuntimeManagementConfigResponse));
    }
}

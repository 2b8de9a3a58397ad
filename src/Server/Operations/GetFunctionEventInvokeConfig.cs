using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionEventInvokeConfig(EventInvokeConfigs configs) : IOperation
{
    public string Name => "GetFunctionEventInvokeConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionEventInvokeConfigRequest request = LambdaRequests.GetFunctionEventInvokeConfig(call);
        return Task.FromResult(EventInvokeAnswers.Config(configs.Get(call.Caller, request.FunctionName!, request.Qualifier)));
    }
}

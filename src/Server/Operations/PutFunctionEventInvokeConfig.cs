using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PutFunctionEventInvokeConfig(EventInvokeConfigs configs) : IOperation
{
    public string Name => "PutFunctionEventInvokeConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutFunctionEventInvokeConfigRequest request = LambdaRequests.PutFunctionEventInvokeConfig(call.Body.Span, call);
        return EventInvokeAnswers.Config(await configs.PutAsync(call.Caller, request, cancellationToken));
    }
}

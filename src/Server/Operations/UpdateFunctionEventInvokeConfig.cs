using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateFunctionEventInvokeConfig(EventInvokeConfigs configs) : IOperation
{
    public string Name => "UpdateFunctionEventInvokeConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateFunctionEventInvokeConfigRequest request = LambdaRequests.UpdateFunctionEventInvokeConfig(call.Body.Span, call);
        return EventInvokeAnswers.Config(await configs.UpdateAsync(call.Caller, request, cancellationToken));
    }
}

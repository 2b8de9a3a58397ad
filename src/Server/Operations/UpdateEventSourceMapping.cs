using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateEventSourceMapping(EventSourceMappings mappings) : IOperation
{
    public string Name => "UpdateEventSourceMapping";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateEventSourceMappingRequest request = LambdaRequests.UpdateEventSourceMapping(call.Body.Span, call);
        EventSourceMappingConfiguration mapping = await mappings.UpdateAsync(call.Caller, request, cancellationToken);
        return Answer.Json(202, mapping, LambdaJson.Default.EventSourceMappingConfiguration);
    }
}

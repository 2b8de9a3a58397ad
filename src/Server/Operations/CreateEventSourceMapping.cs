using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateEventSourceMapping(EventSourceMappings mappings) : IOperation
{
    public string Name => "CreateEventSourceMapping";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateEventSourceMappingRequest request = LambdaRequests.CreateEventSourceMapping(call.Body.Span, call);
        EventSourceMappingConfiguration mapping = await mappings.CreateAsync(call.Caller, request, cancellationToken);
        return Answer.Json(202, mapping, LambdaJson.Default.EventSourceMappingConfiguration);
    }
}

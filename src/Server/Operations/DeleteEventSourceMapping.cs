using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteEventSourceMapping(EventSourceMappings mappings) : IOperation
{
    public string Name => "DeleteEventSourceMapping";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteEventSourceMappingRequest request = LambdaRequests.DeleteEventSourceMapping(call);
        EventSourceMappingConfiguration mapping = await mappings.DeleteAsync(call.Caller, request.UUID!, cancellationToken);
        return Answer.Json(202, mapping, LambdaJson.Default.EventSourceMappingConfiguration);
    }
}

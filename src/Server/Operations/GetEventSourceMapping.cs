using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetEventSourceMapping(EventSourceMappings mappings) : IOperation
{
    public string Name => "GetEventSourceMapping";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetEventSourceMappingRequest request = LambdaRequests.GetEventSourceMapping(call);
        EventSourceMappingConfiguration mapping = mappings.Get(call.Caller, request.UUID!);
        return Task.FromResult(Answer.Json(200, mapping, LambdaJson.Default.EventSourceMappingConfiguration));
    }
}

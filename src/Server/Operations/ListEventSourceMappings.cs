using Lamina.Contract.Lambda;
using Lamina.Functions.EventSources;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListEventSourceMappings(EventSourceMappings mappings) : IOperation
{
    private const int PageSize = 100;

    public string Name => "ListEventSourceMappings";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListEventSourceMappingsRequest request = LambdaRequests.ListEventSourceMappings(call);
        // AWS gives at most 100 whatever is asked (API reference, MaxItems).
        int size = Math.Min(request.MaxItems ?? PageSize, PageSize);
        IEnumerable<EventSourceMappingConfiguration> found =
            mappings.List(call.Caller, request.EventSourceArn, request.FunctionName, Page.After(request.Marker));
        (List<EventSourceMappingConfiguration> items, string? next) = Page.Take(found, size, static mapping => mapping.UUID!);
        ListEventSourceMappingsResponse response = new() { EventSourceMappings = items, NextMarker = next };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListEventSourceMappingsResponse));
    }
}

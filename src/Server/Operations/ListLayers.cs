using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListLayers(LayerLibrary library) : IOperation
{
    private const int PageSize = 50;

    public string Name => "ListLayers";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListLayersRequest request = LambdaRequests.ListLayers(call);
        LayerFilter filter = new(request.CompatibleRuntime, request.CompatibleArchitecture);
        IEnumerable<LayerVersion> newest = library.ListNewest(call.Caller, Page.After(request.Marker), filter);
        (List<LayerVersion> items, string? next) = Page.Take(newest, request.MaxItems ?? PageSize, NameOf);
        ListLayersResponse response = new()
        {
            NextMarker = next,
            Layers =
            [
                .. items.Select(static version => new LayersListItem
                {
                    LayerName = NameOf(version),
                    LayerArn = version.LayerArn,
                    LatestMatchingVersion = LayerAnswers.Listed(version),
                }),
            ],
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListLayersResponse));
    }

    private static string NameOf(LayerVersion version) => version.LayerArn[(version.LayerArn.LastIndexOf(':') + 1)..];
}

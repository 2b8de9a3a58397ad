using System.Globalization;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListLayerVersions(LayerLibrary library) : IOperation
{
    private const int PageSize = 50;

    public string Name => "ListLayerVersions";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListLayerVersionsRequest request = LambdaRequests.ListLayerVersions(call);
        LayerArn layer = LayerAddress.Layer(call.Caller, request.LayerName!);
        LayerFilter filter = new(request.CompatibleRuntime, request.CompatibleArchitecture);
        IEnumerable<LayerVersion> newestFirst = library.ListVersions(call.Caller, layer, VersionOf(Page.After(request.Marker)), filter);
        (List<LayerVersion> items, string? next) = Page.Take(
            newestFirst, request.MaxItems ?? PageSize, static version => version.Version.ToString(CultureInfo.InvariantCulture));
        ListLayerVersionsResponse response = new() { NextMarker = next, LayerVersions = [.. items.Select(LayerAnswers.Listed)] };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListLayerVersionsResponse));
    }

    private static long? VersionOf(string? marker) =>
        marker is null ? null
        : long.TryParse(marker, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version
        : throw AwsError.InvalidParameterValue("The Marker is not one that ListLayerVersions answered.");
}

using Lamina.Contract.Lambda;
using Lamina.Contract;
using Lamina.Functions.Urls;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListFunctionUrlConfigs(FunctionUrls urls) : IOperation
{
    public string Name => "ListFunctionUrlConfigs";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListFunctionUrlConfigsRequest request = LambdaRequests.ListFunctionUrlConfigs(call);
        (List<FunctionUrl> items, string? next) = Page.Take(
            urls.List(call.Caller, request.FunctionName!, Page.After(request.Marker)),
            Page.SizeOf(request.MaxItems),
            static url => url.Alias ?? FunctionArn.Latest);
        ListFunctionUrlConfigsResponse response = new()
        {
            FunctionUrlConfigs = [.. items.Select(url => FunctionUrlAnswers.Listed(url, call.Authority))],
            NextMarker = next,
        };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListFunctionUrlConfigsResponse));
    }
}

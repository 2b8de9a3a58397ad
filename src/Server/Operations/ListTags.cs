using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListTags(ResourceTags tags) : IOperation
{
    public string Name => "ListTags";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListTagsRequest request = LambdaRequests.ListTags(call);
        ListTagsResponse response = new() { Tags = tags.List(call.Caller, request.Resource!) };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListTagsResponse));
    }
}

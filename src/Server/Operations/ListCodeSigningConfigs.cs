using Lamina.Contract.Lambda;
using Lamina.Functions.CodeSigning;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class ListCodeSigningConfigs(CodeSigningConfigs configs) : IOperation
{
    public string Name => "ListCodeSigningConfigs";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        ListCodeSigningConfigsRequest request = LambdaRequests.ListCodeSigningConfigs(call);
        (List<CodeSigningDocument> items, string? next) = Page.Take(
            configs.List(call.Caller, Page.After(request.Marker)), Page.SizeOf(request.MaxItems), static config => config.Id);
        ListCodeSigningConfigsResponse response = new() { CodeSigningConfigs = [.. items.Select(CodeSigningAnswers.Worded)], NextMarker = next };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.ListCodeSigningConfigsResponse));
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class TagResource(ResourceTags tags) : IOperation
{
    public string Name => "TagResource";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        TagResourceRequest request = LambdaRequests.TagResource(call.Body.Span, call);
        await tags.AddAsync(call.Caller, request.Resource!, request.Tags!, cancellationToken);
        return Answer.Empty(204);
    }
}

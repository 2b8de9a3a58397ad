using Lamina.Contract.Lambda;
using Lamina.Functions.Settings;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UntagResource(ResourceTags tags) : IOperation
{
    public string Name => "UntagResource";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UntagResourceRequest request = LambdaRequests.UntagResource(call);
        await tags.RemoveAsync(call.Caller, request.Resource!, request.TagKeys!, cancellationToken);
        return Answer.Empty(204);
    }
}

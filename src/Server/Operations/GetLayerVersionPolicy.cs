using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetLayerVersionPolicy(LayerPermissions permissions) : IOperation
{
    public string Name => "GetLayerVersionPolicy";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetLayerVersionPolicyRequest request = LambdaRequests.GetLayerVersionPolicy(call);
        LayerPolicy policy = permissions.Get(
            call.Caller, LayerAddress.Version(call.Caller, request.LayerName!, request.VersionNumber!.Value));
        GetLayerVersionPolicyResponse response = new() { Policy = policy.Policy.ToString(), RevisionId = policy.RevisionId };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetLayerVersionPolicyResponse));
    }
}

using Lamina.Access;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class AddLayerVersionPermission(LayerPermissions permissions) : IOperation
{
    public string Name => "AddLayerVersionPermission";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        AddLayerVersionPermissionRequest request = LambdaRequests.AddLayerVersionPermission(call.Body.Span, call);
        LayerVersionArn arn = LayerAddress.Version(call.Caller, request.LayerName!, request.VersionNumber!.Value);
        (PolicyStatement added, LayerPolicy policy) = await permissions.AddAsync(call.Caller, arn, request, cancellationToken);
        AddLayerVersionPermissionResponse response = new() { Statement = added.ToString(), RevisionId = policy.RevisionId };
        return Answer.Json(201, response, LambdaJson.Default.AddLayerVersionPermissionResponse);
    }
}

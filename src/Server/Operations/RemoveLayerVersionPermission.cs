using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class RemoveLayerVersionPermission(LayerPermissions permissions) : IOperation
{
    public string Name => "RemoveLayerVersionPermission";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        RemoveLayerVersionPermissionRequest request = LambdaRequests.RemoveLayerVersionPermission(call);
        LayerVersionArn arn = LayerAddress.Version(call.Caller, request.LayerName!, request.VersionNumber!.Value);
        await permissions.RemoveAsync(call.Caller, arn, request.StatementId!, request.RevisionId, cancellationToken);
        return Answer.Empty(204);
    }
}

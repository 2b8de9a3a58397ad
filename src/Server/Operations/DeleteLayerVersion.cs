using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class DeleteLayerVersion(LayerLibrary library) : IOperation
{
    public string Name => "DeleteLayerVersion";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        DeleteLayerVersionRequest request = LambdaRequests.DeleteLayerVersion(call);
        await library.DeleteAsync(
            call.Caller, LayerAddress.Version(call.Caller, request.LayerName!, request.VersionNumber!.Value), cancellationToken);
        return Answer.Empty(204);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetLayerVersion(LayerLibrary library, LayerAnswers answers) : IOperation
{
    public string Name => "GetLayerVersion";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetLayerVersionRequest request = LambdaRequests.GetLayerVersion(call);
        LayerVersion version = library.Get(call.Caller, LayerAddress.Version(call.Caller, request.LayerName!, request.VersionNumber!.Value));
        return Task.FromResult(Answer.Json(200, answers.Get(version, call.Authority), LambdaJson.Default.GetLayerVersionResponse));
    }
}

using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetLayerVersionByArn(LayerLibrary library, LayerAnswers answers) : IOperation
{
    public string Name => "GetLayerVersionByArn";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetLayerVersionByArnRequest request = LambdaRequests.GetLayerVersionByArn(call);
        LayerVersion version = LayerVersionArn.TryParse(request.Arn, out LayerVersionArn? arn)
            ? library.Get(call.Caller, arn)
            : throw AwsError.ResourceNotFound("The resource you requested does not exist.");
        return Task.FromResult(Answer.Json(200, answers.Get(version, call.Authority), LambdaJson.Default.GetLayerVersionResponse));
    }
}

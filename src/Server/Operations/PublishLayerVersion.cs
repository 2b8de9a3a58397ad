using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class PublishLayerVersion(LayerPublisher publisher, Sources sources, LayerAnswers answers) : IOperation
{
    public string Name => "PublishLayerVersion";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Archive(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PublishLayerVersionRequest request = LambdaRequests.PublishLayerVersion(call.Body.Span, call);
        LayerVersionContentInput content = request.Content!;
        using ArchiveUpload archive = sources.Open(
            call.Caller, content.ZipFile, new S3Reference(content.S3Bucket, content.S3Key, content.S3ObjectVersion, content.S3ObjectStorageMode));
        LayerVersion published = await publisher.PublishAsync(call.Caller, request, archive, cancellationToken);
        return Answer.Json(201, answers.Published(published, call.Authority), LambdaJson.Default.PublishLayerVersionResponse);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateFunctionCode(FunctionEditor editor, Sources sources) : IOperation
{
    public string Name => "UpdateFunctionCode";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Archive(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateFunctionCodeRequest request = LambdaRequests.UpdateFunctionCode(call.Body.Span, call);
        using ArchiveUpload archive = sources.Open(
            call.Caller, request.ZipFile, new S3Reference(request.S3Bucket, request.S3Key, request.S3ObjectVersion, request.S3ObjectStorageMode));
        FunctionVersion updated = await editor.UpdateCodeAsync(call.Caller, request, archive, cancellationToken);
        return FunctionAnswers.Configuration(200, updated);
    }
}

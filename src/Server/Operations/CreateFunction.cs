using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateFunction(FunctionEditor editor, Sources sources) : IOperation
{
    public string Name => "CreateFunction";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Archive(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateFunctionRequest request = LambdaRequests.CreateFunction(call.Body.Span, call);
        FunctionCode code = request.Code!;
        using ArchiveUpload archive = sources.Open(
            call.Caller, code.ZipFile, new S3Reference(code.S3Bucket, code.S3Key, code.S3ObjectVersion, code.S3ObjectStorageMode));
        FunctionVersion created = await editor.CreateAsync(call.Caller, request, archive, cancellationToken);
        // With Publish AWS answers the version under the function's own ARN, unlike UpdateFunctionCode (recorded).
        FunctionConfiguration configuration = FunctionAnswers.Configuration(created) with { FunctionArn = created.Arn.ToString() };
        return Answer.Json(201, configuration, LambdaJson.Default.FunctionConfiguration);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateFunctionCode(FunctionEditor editor) : IOperation
{
    public string Name => "UpdateFunctionCode";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Archive(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateFunctionCodeRequest request = LambdaRequests.UpdateFunctionCode(call.Body.Span, call);
        ReadOnlyMemory<byte> archive = Sources.Archive(request.ZipFile, request.S3Bucket, request.S3Key);
        FunctionVersion updated = await editor.UpdateCodeAsync(call.Caller, request, archive, cancellationToken);
        return FunctionAnswers.Configuration(200, updated);
    }
}

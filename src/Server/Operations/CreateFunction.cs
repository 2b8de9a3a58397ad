using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateFunction(FunctionEditor editor) : IOperation
{
    public string Name => "CreateFunction";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Archive(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateFunctionRequest request = LambdaRequests.CreateFunction(call.Body.Span, call);
        FunctionCode code = request.Code!;
        ReadOnlyMemory<byte> archive = Sources.Archive(code.ZipFile, code.S3Bucket, code.S3Key);
        FunctionVersion created = await editor.CreateAsync(call.Caller, request, archive, cancellationToken);
        // With Publish AWS answers the version under the function's own ARN, unlike UpdateFunctionCode (recorded).
        FunctionConfiguration configuration = FunctionAnswers.Configuration(created) with { FunctionArn = created.Arn.ToString() };
        return Answer.Json(201, configuration, LambdaJson.Default.FunctionConfiguration);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class CreateFunctionUrlConfig(FunctionUrls urls) : IOperation
{
    public string Name => "CreateFunctionUrlConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        CreateFunctionUrlConfigRequest request = LambdaRequests.CreateFunctionUrlConfig(call.Body.Span, call);
        FunctionUrl url = await urls.CreateAsync(call.Caller, request, cancellationToken);
        return Answer.Json(
            201, FunctionUrlAnswers.Created(url, request.InvokeMode, call.Authority), LambdaJson.Default.CreateFunctionUrlConfigResponse);
    }
}

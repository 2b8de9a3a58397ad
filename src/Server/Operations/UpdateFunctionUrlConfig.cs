using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class UpdateFunctionUrlConfig(FunctionUrls urls) : IOperation
{
    public string Name => "UpdateFunctionUrlConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public async Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        UpdateFunctionUrlConfigRequest request = LambdaRequests.UpdateFunctionUrlConfig(call.Body.Span, call);
        FunctionUrl url = await urls.UpdateAsync(call.Caller, request, cancellationToken);
        return Answer.Json(
            200, FunctionUrlAnswers.Updated(url, request.InvokeMode, call.Authority), LambdaJson.Default.UpdateFunctionUrlConfigResponse);
    }
}

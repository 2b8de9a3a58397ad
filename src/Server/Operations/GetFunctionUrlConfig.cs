using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionUrlConfig(FunctionUrls urls) : IOperation
{
    public string Name => "GetFunctionUrlConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionUrlConfigRequest request = LambdaRequests.GetFunctionUrlConfig(call);
        FunctionUrl url = urls.Get(call.Caller, request.FunctionName!, request.Qualifier);
        return Task.FromResult(Answer.Json(200, FunctionUrlAnswers.Get(url, call.Authority), LambdaJson.Default.GetFunctionUrlConfigResponse));
    }
}

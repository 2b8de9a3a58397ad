using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetFunctionConfiguration(FunctionDirectory directory) : IOperation
{
    public string Name => "GetFunctionConfiguration";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionConfigurationRequest request = LambdaRequests.GetFunctionConfiguration(call);
        FunctionVersion function = directory.Resolve(
            call.Caller, request.FunctionName!, request.Qualifier, out FunctionReference reference);
        FunctionConfiguration configuration = FunctionAnswers.Configuration(function) with { FunctionArn = reference.ToString() };
        return Task.FromResult(Answer.Json(200, configuration, LambdaJson.Default.FunctionConfiguration));
    }
}

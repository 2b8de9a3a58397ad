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
        return Task.FromResult(FunctionAnswers.Configuration(200, directory.Resolve(call.Caller, request.FunctionName!, request.Qualifier)));
    }
}

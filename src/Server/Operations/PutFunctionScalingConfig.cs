using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Scaling is for functions of capacity providers; every function here is an ordinary one, which AWS refuses.</summary>
internal sealed class PutFunctionScalingConfig(FunctionDirectory directory) : IOperation
{
    public string Name => "PutFunctionScalingConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.Small(Name);

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        PutFunctionScalingConfigRequest request = LambdaRequests.PutFunctionScalingConfig(call.Body.Span, call);
        throw directory.RefuseScaling(call.Caller, request.FunctionName!, request.Qualifier);
    }
}

using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Scaling is for functions of capacity providers; every function here is an ordinary one, which AWS refuses.</summary>
internal sealed class GetFunctionScalingConfig(FunctionDirectory directory) : IOperation
{
    public string Name => "GetFunctionScalingConfig";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetFunctionScalingConfigRequest request = LambdaRequests.GetFunctionScalingConfig(call);
        throw directory.RefuseScaling(call.Caller, request.FunctionName!, request.Qualifier);
    }
}

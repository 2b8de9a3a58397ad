using Lamina.Access;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

internal sealed class GetPolicy(FunctionPermissions permissions) : IOperation
{
    public string Name => "GetPolicy";

    public BodyLimit Limit(OperationCall call) => BodyLimit.None;

    public Task<Answer> HandleAsync(OperationCall call, CancellationToken cancellationToken)
    {
        GetPolicyRequest request = LambdaRequests.GetPolicy(call);
        (ResourcePolicy policy, string revisionId) = permissions.Get(call.Caller, request.FunctionName!, request.Qualifier);
        GetPolicyResponse response = new() { Policy = policy.ToString(), RevisionId = revisionId };
        return Task.FromResult(Answer.Json(200, response, LambdaJson.Default.GetPolicyResponse));
    }
}

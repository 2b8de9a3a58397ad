using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class PutRolePolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "PutRolePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.PutAsync(
            call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName")), call.Request.RequiredText("PolicyName"), call.Request.RequiredText("PolicyDocument"), cancellationToken);
        return QueryResult.None;
    }
}

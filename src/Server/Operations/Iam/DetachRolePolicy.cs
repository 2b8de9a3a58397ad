using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DetachRolePolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "DetachRolePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DetachAsync(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName")), call.Request.RequiredText("PolicyArn"), cancellationToken);
        return QueryResult.None;
    }
}

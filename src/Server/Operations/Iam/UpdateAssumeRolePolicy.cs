using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class UpdateAssumeRolePolicy(RoleEditor roles) : IQueryOperation
{
    public string Name => "UpdateAssumeRolePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.SetTrustPolicyAsync(call.Caller.Account, call.Request.RequiredText("RoleName"), call.Request.RequiredText("PolicyDocument"), cancellationToken);
        return QueryResult.None;
    }
}

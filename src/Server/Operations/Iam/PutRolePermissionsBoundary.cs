using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class PutRolePermissionsBoundary(RoleEditor roles) : IQueryOperation
{
    public string Name => "PutRolePermissionsBoundary";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.UpdateAsync(
            call.Caller.Account, call.Request.RequiredText("RoleName"), role => role with { PermissionsBoundary = call.Request.RequiredText("PermissionsBoundary") }, cancellationToken);
        return QueryResult.None;
    }
}

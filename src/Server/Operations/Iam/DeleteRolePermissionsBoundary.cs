using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteRolePermissionsBoundary(RoleEditor roles) : IQueryOperation
{
    public string Name => "DeleteRolePermissionsBoundary";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.UpdateAsync(
            call.Caller.Account, call.Request.RequiredText("RoleName"), static role => role with { PermissionsBoundary = null }, cancellationToken);
        return QueryResult.None;
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "DeleteRole";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.DeleteAsync(call.Caller.Account, call.Request.RequiredText("RoleName"), cancellationToken);
        return QueryResult.None;
    }
}

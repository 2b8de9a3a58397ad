using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class UntagRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "UntagRole";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.UpdateAsync(
            call.Caller.Account, call.Request.RequiredText("RoleName"), role => role with { Tags = role.Tags.RemoveRange(call.Request.Texts("TagKeys")) }, cancellationToken);
        return QueryResult.None;
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class TagRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "TagRole";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.TagAsync(call.Caller.Account, call.Request.RequiredText("RoleName"), IamTags.Read(call.Request), cancellationToken);
        return QueryResult.None;
    }
}

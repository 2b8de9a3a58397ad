using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "GetRole";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        Role role = roles.Get(call.Caller.Account, call.Request.RequiredText("RoleName"));
        return Task.FromResult(new QueryResult(xml => xml.Structure("Role", () => IdentityXml.WriteRole(xml, role, whole: true))));
    }
}

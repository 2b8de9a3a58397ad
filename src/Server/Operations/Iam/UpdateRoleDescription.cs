using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class UpdateRoleDescription(RoleEditor roles) : IQueryOperation
{
    public string Name => "UpdateRoleDescription";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        Role role = await roles.UpdateAsync(
            call.Caller.Account, call.Request.RequiredText("RoleName"), role => role with { Description = call.Request.Text("Description") }, cancellationToken);
        return new QueryResult(xml => xml.Structure("Role", () => IdentityXml.WriteRole(xml, role, whole: true)));
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListRoles(RoleEditor roles) : IQueryOperation
{
    public string Name => "ListRoles";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<Role> page = IamPage.Of(call.Request, roles.List(call.Caller.Account, call.Request.Text("PathPrefix") ?? "/"), static role => role.Name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Roles", page.Items, role => IdentityXml.WriteRole(xml, role, whole: false));
            page.WriteEnd(xml);
        }));
    }
}

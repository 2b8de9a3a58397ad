using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class CreateRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "CreateRole";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        Role role = await roles.CreateAsync(
            call.Caller.Account,
            new RoleDraft
            {
                Name = call.Request.RequiredText("RoleName"),
                Path = call.Request.Text("Path") ?? "/",
                TrustPolicy = call.Request.RequiredText("AssumeRolePolicyDocument"),
                Description = call.Request.Text("Description"),
                MaxSessionSeconds = call.Request.Number("MaxSessionDuration"),
                PermissionsBoundary = call.Request.Text("PermissionsBoundary"),
                Tags = IamTags.Read(call.Request),
            },
            cancellationToken);
        return new QueryResult(xml => xml.Structure("Role", () => IdentityXml.WriteRole(xml, role, whole: true)));
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class CreateUser(UserEditor users) : IQueryOperation
{
    public string Name => "CreateUser";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        User user = await users.CreateAsync(
            call.Caller.Account,
            call.Request.RequiredText("UserName"),
            call.Request.Text("Path") ?? "/",
            call.Request.Text("PermissionsBoundary"),
            IamTags.Read(call.Request),
            cancellationToken);
        return new QueryResult(xml => xml.Structure("User", () => IdentityXml.WriteUser(xml, user)));
    }
}

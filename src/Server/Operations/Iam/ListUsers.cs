using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListUsers(UserEditor users) : IQueryOperation
{
    public string Name => "ListUsers";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<User> page = IamPage.Of(call.Request, users.List(call.Caller.Account, call.Request.Text("PathPrefix") ?? "/"), static user => user.Name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Users", page.Items, user => IdentityXml.WriteUser(xml, user));
            page.WriteEnd(xml);
        }));
    }
}

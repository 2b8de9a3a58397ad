using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetUser(UserEditor users) : IQueryOperation
{
    public string Name => "GetUser";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        User user = users.Get(call.Caller.Account, IamCallers.UserName(call));
        return Task.FromResult(new QueryResult(xml => xml.Structure("User", () => IdentityXml.WriteUser(xml, user))));
    }
}

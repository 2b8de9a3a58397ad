using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteUser(UserEditor users) : IQueryOperation
{
    public string Name => "DeleteUser";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await users.DeleteAsync(call.Caller.Account, call.Request.RequiredText("UserName"), cancellationToken);
        return QueryResult.None;
    }
}

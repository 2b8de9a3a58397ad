using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteAccessKey(UserEditor users) : IQueryOperation
{
    public string Name => "DeleteAccessKey";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await users.DeleteAccessKeyAsync(call.Caller.Account, IamCallers.UserName(call), call.Request.RequiredText("AccessKeyId"), cancellationToken);
        return QueryResult.None;
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteUserPolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "DeleteUserPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DeleteAsync(call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName")), call.Request.RequiredText("PolicyName"), cancellationToken);
        return QueryResult.None;
    }
}

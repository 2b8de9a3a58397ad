using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeleteRolePolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "DeleteRolePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DeleteAsync(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName")), call.Request.RequiredText("PolicyName"), cancellationToken);
        return QueryResult.None;
    }
}

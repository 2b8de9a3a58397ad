using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class AttachRolePolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "AttachRolePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.AttachAsync(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName")), call.Request.RequiredText("PolicyArn"), cancellationToken);
        return QueryResult.None;
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DetachUserPolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "DetachUserPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DetachAsync(call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName")), call.Request.RequiredText("PolicyArn"), cancellationToken);
        return QueryResult.None;
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class SetDefaultPolicyVersion(PolicyEditor policies) : IQueryOperation
{
    public string Name => "SetDefaultPolicyVersion";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.SetDefaultAsync(call.Caller.Account, call.Request.RequiredText("PolicyArn"), call.Request.RequiredText("VersionId"), cancellationToken);
        return QueryResult.None;
    }
}

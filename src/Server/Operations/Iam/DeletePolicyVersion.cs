using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeletePolicyVersion(PolicyEditor policies) : IQueryOperation
{
    public string Name => "DeletePolicyVersion";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DeleteVersionAsync(call.Caller.Account, call.Request.RequiredText("PolicyArn"), call.Request.RequiredText("VersionId"), cancellationToken);
        return QueryResult.None;
    }
}

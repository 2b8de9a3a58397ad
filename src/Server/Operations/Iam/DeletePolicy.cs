using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class DeletePolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "DeletePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.DeleteAsync(call.Caller.Account, call.Request.RequiredText("PolicyArn"), cancellationToken);
        return QueryResult.None;
    }
}

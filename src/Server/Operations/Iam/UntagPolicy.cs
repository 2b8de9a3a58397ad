using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class UntagPolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "UntagPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.UntagAsync(call.Caller.Account, call.Request.RequiredText("PolicyArn"), call.Request.Texts("TagKeys"), cancellationToken);
        return QueryResult.None;
    }
}

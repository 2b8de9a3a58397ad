using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class TagPolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "TagPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.TagAsync(call.Caller.Account, call.Request.RequiredText("PolicyArn"), IamTags.Read(call.Request), cancellationToken);
        return QueryResult.None;
    }
}

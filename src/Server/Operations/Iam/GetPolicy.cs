using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetPolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "GetPolicy";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        ManagedPolicy policy = policies.Get(call.Caller.Account, call.Request.RequiredText("PolicyArn"));
        int attached = policies.CountAttached(call.Caller.Account, policy.Arn);
        return Task.FromResult(new QueryResult(xml => xml.Structure("Policy", () => IdentityXml.WritePolicy(xml, policy, attached))));
    }
}

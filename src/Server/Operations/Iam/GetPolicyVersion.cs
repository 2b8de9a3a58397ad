using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetPolicyVersion(PolicyEditor policies) : IQueryOperation
{
    public string Name => "GetPolicyVersion";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        ManagedPolicy policy = policies.Get(call.Caller.Account, call.Request.RequiredText("PolicyArn"));
        PolicyVersion version = policies.GetVersion(call.Caller.Account, policy.Arn, call.Request.RequiredText("VersionId"));
        return Task.FromResult(new QueryResult(xml => xml.Structure(
            "PolicyVersion", () => IdentityXml.WriteVersion(xml, version, policy.DefaultVersionId, withDocument: true))));
    }
}

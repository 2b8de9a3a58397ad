using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListPolicyVersions(PolicyEditor policies) : IQueryOperation
{
    public string Name => "ListPolicyVersions";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        ManagedPolicy policy = policies.Get(call.Caller.Account, call.Request.RequiredText("PolicyArn"));
        IamPage<PolicyVersion> page = IamPage.Of(call.Request, policy.Versions.Reverse(), static version => version.Id);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Versions", page.Items, version => IdentityXml.WriteVersion(xml, version, policy.DefaultVersionId, withDocument: false));
            page.WriteEnd(xml);
        }));
    }
}

using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListPolicies(PolicyEditor policies) : IQueryOperation
{
    public string Name => "ListPolicies";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<ManagedPolicy> page = IamPage.Of(
            call.Request,
            policies.List(
                call.Caller.Account, call.Request.Text("Scope") ?? "All", call.Request.Text("PathPrefix") ?? "/", call.Request.Flag("OnlyAttached")),
            static policy => policy.Arn);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Policies", page.Items, policy => IdentityXml.WritePolicy(xml, policy, policies.CountAttached(call.Caller.Account, policy.Arn)));
            page.WriteEnd(xml);
        }));
    }
}

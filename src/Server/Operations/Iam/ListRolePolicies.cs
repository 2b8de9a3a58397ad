using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListRolePolicies(HolderPolicies policies) : IQueryOperation
{
    public string Name => "ListRolePolicies";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<string> page = IamPage.Of(
            call.Request, policies.ListInline(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName"))), static name => name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Texts("PolicyNames", page.Items);
            page.WriteEnd(xml);
        }));
    }
}

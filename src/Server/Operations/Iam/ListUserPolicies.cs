using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListUserPolicies(HolderPolicies policies) : IQueryOperation
{
    public string Name => "ListUserPolicies";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<string> page = IamPage.Of(
            call.Request, policies.ListInline(call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName"))), static name => name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Texts("PolicyNames", page.Items);
            page.WriteEnd(xml);
        }));
    }
}

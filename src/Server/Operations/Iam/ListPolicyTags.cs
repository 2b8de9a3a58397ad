using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListPolicyTags(PolicyEditor policies) : IQueryOperation
{
    public string Name => "ListPolicyTags";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<KeyValuePair<string, string>> page = IamPage.Of(
            call.Request, policies.Get(call.Caller.Account, call.Request.RequiredText("PolicyArn")).Tags, static tag => tag.Key);
        return Task.FromResult(new QueryResult(xml =>
        {
            IamTags.Write(xml, page.Items);
            page.WriteEnd(xml);
        }));
    }
}

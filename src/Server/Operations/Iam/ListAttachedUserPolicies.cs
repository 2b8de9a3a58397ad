using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListAttachedUserPolicies(HolderPolicies policies) : IQueryOperation
{
    public string Name => "ListAttachedUserPolicies";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<PolicyArn> page = IamPage.Of(
            call.Request, policies.ListAttached(call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName"))), static arn => arn.Name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("AttachedPolicies", page.Items, arn =>
            {
                xml.Element("PolicyName", arn.Name);
                xml.Element("PolicyArn", arn.Text);
            });
            page.WriteEnd(xml);
        }));
    }
}

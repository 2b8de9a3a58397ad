using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListAttachedRolePolicies(HolderPolicies policies) : IQueryOperation
{
    public string Name => "ListAttachedRolePolicies";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<PolicyArn> page = IamPage.Of(
            call.Request, policies.ListAttached(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName"))), static arn => arn.Name);
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

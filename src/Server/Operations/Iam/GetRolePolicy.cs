using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetRolePolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "GetRolePolicy";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string name = call.Request.RequiredText("PolicyName");
        string document = policies.Get(call.Caller.Account, HolderName.Role(call.Request.RequiredText("RoleName")), name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Element("RoleName", call.Request.RequiredText("RoleName"));
            xml.Element("PolicyName", name);
            xml.Element("PolicyDocument", IdentityXml.Encode(document));
        }));
    }
}

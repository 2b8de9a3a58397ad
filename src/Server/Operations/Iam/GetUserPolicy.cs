using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class GetUserPolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "GetUserPolicy";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string name = call.Request.RequiredText("PolicyName");
        string document = policies.Get(call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName")), name);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Element("UserName", call.Request.RequiredText("UserName"));
            xml.Element("PolicyName", name);
            xml.Element("PolicyDocument", IdentityXml.Encode(document));
        }));
    }
}

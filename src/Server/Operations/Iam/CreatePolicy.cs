using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class CreatePolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "CreatePolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        ManagedPolicy policy = await policies.CreateAsync(
            call.Caller.Account,
            call.Request.RequiredText("PolicyName"),
            call.Request.Text("Path") ?? "/",
            call.Request.RequiredText("PolicyDocument"),
            call.Request.Text("Description"),
            IamTags.Read(call.Request),
            cancellationToken);
        return new QueryResult(xml => xml.Structure("Policy", () => IdentityXml.WritePolicy(xml, policy, attached: 0)));
    }
}

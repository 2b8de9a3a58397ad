using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class CreatePolicyVersion(PolicyEditor policies) : IQueryOperation
{
    public string Name => "CreatePolicyVersion";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        bool asDefault = call.Request.Flag("SetAsDefault");
        PolicyVersion version = await policies.AddVersionAsync(
            call.Caller.Account, call.Request.RequiredText("PolicyArn"), call.Request.RequiredText("PolicyDocument"), asDefault, cancellationToken);
        return new QueryResult(xml => xml.Structure(
            "PolicyVersion", () => IdentityXml.WriteVersion(xml, version, asDefault ? version.Id : null, withDocument: false)));
    }
}

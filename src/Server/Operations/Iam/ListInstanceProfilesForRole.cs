using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

/// <summary>Deployments ask before they delete a role. There are no instances here, so no role is in a profile.</summary>
internal sealed class ListInstanceProfilesForRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "ListInstanceProfilesForRole";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        roles.Get(call.Caller.Account, call.Request.RequiredText("RoleName"));
        return Task.FromResult(new QueryResult(static xml =>
        {
            xml.Texts("InstanceProfiles", []);
            xml.Element("IsTruncated", value: false);
        }));
    }
}

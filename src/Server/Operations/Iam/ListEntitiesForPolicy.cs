using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListEntitiesForPolicy(PolicyEditor policies) : IQueryOperation
{
    public string Name => "ListEntitiesForPolicy";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        ManagedPolicy policy = policies.Get(call.Caller.Account, call.Request.RequiredText("PolicyArn"));
        string? filter = call.Request.Text("EntityFilter");
        IEnumerable<Role> roles = filter is null or "Role" ? policies.RolesWith(call.Caller.Account, policy.Arn) : [];
        IEnumerable<User> users = filter is null or "User" ? policies.UsersWith(call.Caller.Account, policy.Arn) : [];
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Texts("PolicyGroups", []);
            xml.List("PolicyUsers", users, user =>
            {
                xml.Element("UserName", user.Name);
                xml.Element("UserId", user.Id);
            });
            xml.List("PolicyRoles", roles, role =>
            {
                xml.Element("RoleName", role.Name);
                xml.Element("RoleId", role.Id);
            });
            xml.Element("IsTruncated", value: false);
        }));
    }
}

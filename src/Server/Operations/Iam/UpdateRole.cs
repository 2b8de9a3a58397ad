using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class UpdateRole(RoleEditor roles) : IQueryOperation
{
    public string Name => "UpdateRole";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await roles.UpdateAsync(
            call.Caller.Account,
            call.Request.RequiredText("RoleName"),
            role => role with
            {
                Description = call.Request.Text("Description") ?? role.Description,
                MaxSessionSeconds = call.Request.Number("MaxSessionDuration") ?? role.MaxSessionSeconds,
            },
            cancellationToken);
        return new QueryResult(static _ => { });
    }
}

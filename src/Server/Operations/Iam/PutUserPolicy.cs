using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class PutUserPolicy(HolderPolicies policies) : IQueryOperation
{
    public string Name => "PutUserPolicy";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        await policies.PutAsync(
            call.Caller.Account, HolderName.User(call.Request.RequiredText("UserName")), call.Request.RequiredText("PolicyName"), call.Request.RequiredText("PolicyDocument"), cancellationToken);
        return QueryResult.None;
    }
}

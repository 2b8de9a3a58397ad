using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Sts;

internal sealed class GetSessionToken(SessionIssuer sessions, TimeProvider time) : IQueryOperation
{
    public string Name => "GetSessionToken";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        Caller caller = call.Caller;
        if (caller.PrincipalArn.StartsWith("arn:aws:sts:", StringComparison.Ordinal))
        {
            throw new AwsError("AccessDenied", 403, "Cannot call GetSessionToken with session credentials", AwsErrorBody.LowerMessageOnly);
        }

        int seconds = call.Request.Number("DurationSeconds") ?? Limits.SessionTokenSeconds;
        SessionCredentials credentials = sessions.Issue(
            caller.Account, caller.PrincipalArn, caller.PrincipalId ?? caller.Account.Value, caller.SessionPolicy, time.GetUtcNow().AddSeconds(seconds));
        return Task.FromResult(new QueryResult(xml => SessionXml.Write(xml, credentials)));
    }
}

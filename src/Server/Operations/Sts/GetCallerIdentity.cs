using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Sts;

internal sealed class GetCallerIdentity : IQueryOperation
{
    public string Name => "GetCallerIdentity";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Element("Arn", call.Caller.PrincipalArn);
            xml.Element("UserId", call.Caller.PrincipalId ?? call.Caller.Account.Value);
            xml.Element("Account", call.Caller.Account.Value);
        }));
    }
}

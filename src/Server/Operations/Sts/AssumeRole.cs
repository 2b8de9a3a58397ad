using Lamina.Access.Sessions;
using Lamina.Contract;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Sts;

internal sealed class AssumeRole(RoleAssumption roles) : IQueryOperation
{
    public string Name => "AssumeRole";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Has("PolicyArns"))
        {
            // Left out of sight they would make the session wider than was asked for.
            throw new AwsError("NotImplementedException", 501, "Lamina does not take PolicyArns in AssumeRole yet; give the session a Policy.", AwsErrorBody.LowerMessageOnly);
        }

        AssumedRole assumed = roles.Assume(
            call.Caller,
            call.Request.RequiredText("RoleArn"),
            call.Request.RequiredText("RoleSessionName"),
            call.Request.Number("DurationSeconds"),
            call.Request.Text("Policy"));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Structure("AssumedRoleUser", () =>
            {
                xml.Element("AssumedRoleId", assumed.PrincipalId);
                xml.Element("Arn", assumed.PrincipalArn);
            });
            SessionXml.Write(xml, assumed.Credentials);
        }));
    }
}

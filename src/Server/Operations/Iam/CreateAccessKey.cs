using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class CreateAccessKey(UserEditor users) : IQueryOperation
{
    public string Name => "CreateAccessKey";

    public async Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string name = IamCallers.UserName(call);
        AccessKey key = await users.CreateAccessKeyAsync(call.Caller.Account, name, cancellationToken);
        return new QueryResult(xml => xml.Structure("AccessKey", () =>
        {
            xml.Element("UserName", name);
            xml.Element("AccessKeyId", key.Id);
            xml.Element("Status", "Active");
            xml.Element("SecretAccessKey", key.Secret);
            xml.Element("CreateDate", key.Created);
        }));
    }
}

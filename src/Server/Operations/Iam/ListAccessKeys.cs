using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListAccessKeys(UserEditor users) : IQueryOperation
{
    public string Name => "ListAccessKeys";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        string name = IamCallers.UserName(call);
        IamPage<AccessKey> page = IamPage.Of(call.Request, users.Get(call.Caller.Account, name).AccessKeys, static key => key.Id);
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("AccessKeyMetadata", page.Items, key =>
            {
                xml.Element("UserName", name);
                xml.Element("AccessKeyId", key.Id);
                xml.Element("Status", "Active");
                xml.Element("CreateDate", key.Created);
            });
            page.WriteEnd(xml);
        }));
    }
}

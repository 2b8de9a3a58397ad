using Lamina.Access.Identities;
using Lamina.Server.Wire.Query;

namespace Lamina.Server.Operations.Iam;

internal sealed class ListRoleTags(RoleEditor roles) : IQueryOperation
{
    public string Name => "ListRoleTags";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        IamPage<KeyValuePair<string, string>> page = IamPage.Of(
            call.Request, roles.Get(call.Caller.Account, call.Request.RequiredText("RoleName")).Tags, static tag => tag.Key);
        return Task.FromResult(new QueryResult(xml =>
        {
            IamTags.Write(xml, page.Items);
            page.WriteEnd(xml);
        }));
    }
}

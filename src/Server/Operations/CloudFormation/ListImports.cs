using Lamina.Server.Wire.Query;
using Lamina.Stacks;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ListImports(StackRoom room) : IQueryOperation
{
    public string Name => "ListImports";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackPage<string> page = StackPage.Of(call, room.Directory.Imports(call.Caller, call.Request.RequiredText("ExportName")));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.Texts("Imports", page.Items);
            page.WriteEnd(xml);
        }));
    }
}

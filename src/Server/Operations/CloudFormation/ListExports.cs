using Lamina.Server.Wire.Query;
using Lamina.Stacks;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

internal sealed class ListExports(StackRoom room) : IQueryOperation
{
    public string Name => "ListExports";

    public Task<QueryResult> HandleAsync(QueryCall call, CancellationToken cancellationToken)
    {
        StackPage<(StackDocument Stack, StackOutput Output)> page = StackPage.Of(call, room.Directory.Exports(call.Caller));
        return Task.FromResult(new QueryResult(xml =>
        {
            xml.List("Exports", page.Items, export =>
            {
                xml.Element("ExportingStackId", export.Stack.Id);
                xml.Element("Name", export.Output.ExportName);
                xml.Element("Value", export.Output.Value);
            });
            page.WriteEnd(xml);
        }));
    }
}

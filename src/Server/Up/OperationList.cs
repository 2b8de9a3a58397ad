using Lamina.Execution;
using Lamina.Functions;
using Lamina.Server.Internal;
using Lamina.Server.Operations;
using Lamina.Server.Wire;

namespace Lamina.Server.Up;

/// <summary>Every operation that is served. One that is missing here, and not in docs/not-served.txt, keeps the server from starting.</summary>
internal static class OperationList
{
    public static IReadOnlyList<IOperation> Make(
        LayerRooms layers, FunctionDirectory directory, FunctionEditor editor, Invoker invoker, EventQueue events, ContentLinks links)
    {
        LayerAnswers answers = new(links);
        return
        [
            new PublishLayerVersion(layers.Publisher, answers),
            new GetLayerVersion(layers.Library, answers),
            new GetLayerVersionByArn(layers.Library, answers),
            new ListLayers(layers.Library),
            new ListLayerVersions(layers.Library),
            new DeleteLayerVersion(layers.Library),
            new AddLayerVersionPermission(layers.Permissions),
            new RemoveLayerVersionPermission(layers.Permissions),
            new GetLayerVersionPolicy(layers.Permissions),
            new GetAccountSettings(layers.Storage, directory),
            new CreateFunction(editor),
            new GetFunction(directory, links),
            new GetFunctionConfiguration(directory),
            new UpdateFunctionCode(editor),
            new UpdateFunctionConfiguration(editor),
            new DeleteFunction(editor),
            new ListFunctions(directory),
            new Invoke(directory, invoker, events),
        ];
    }
}

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
        LayerRooms layers, FunctionRooms functions, Invoker invoker, EventQueue events, ContentLinks links)
    {
        FunctionDirectory directory = functions.Directory;
        FunctionEditor editor = functions.Editor;
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
            new GetAccountSettings(layers.Storage, directory, functions.Concurrency),
            new CreateFunction(editor),
            new GetFunction(directory, functions.Concurrency, links),
            new GetFunctionConfiguration(directory),
            new UpdateFunctionCode(editor),
            new UpdateFunctionConfiguration(editor),
            new DeleteFunction(editor),
            new ListFunctions(directory),
            new PublishVersion(functions.Publisher),
            new ListVersionsByFunction(directory),
            new CreateAlias(functions.Aliases),
            new GetAlias(functions.Aliases),
            new UpdateAlias(functions.Aliases),
            new DeleteAlias(functions.Aliases),
            new ListAliases(functions.Aliases),
            new AddPermission(functions.Permissions),
            new RemovePermission(functions.Permissions),
            new GetPolicy(functions.Permissions),
            new PutFunctionConcurrency(functions.Concurrency),
            new GetFunctionConcurrency(functions.Concurrency),
            new DeleteFunctionConcurrency(functions.Concurrency),
            new PutProvisionedConcurrencyConfig(functions.Concurrency),
            new GetProvisionedConcurrencyConfig(functions.Concurrency, invoker),
            new DeleteProvisionedConcurrencyConfig(functions.Concurrency),
            new ListProvisionedConcurrencyConfigs(functions.Concurrency, invoker),
            new Invoke(directory, invoker, events),
        ];
    }
}

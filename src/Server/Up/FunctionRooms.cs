using Lamina.Access;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary>The parts of the Functions room, over one catalog.</summary>
internal sealed record FunctionRooms(
    FunctionDirectory Directory, FunctionEditor Editor, FunctionPublisher Publisher, FunctionAliases Aliases, FunctionPermissions Permissions,
    FunctionConcurrency Concurrency, DevFunctions Dev)
    : IAsyncDisposable
{
    public static FunctionRooms Open(
        ICatalog catalog, LayerRooms layers, Organizations organizations, TimeProvider time, ILoggerFactory loggers)
    {
        FunctionPermissions permissions = new(catalog, organizations);
        FunctionConcurrency concurrency = new(catalog, permissions, Limits.ConcurrentExecutions, time);
        UnseenUpdates updates = new(time);
        return new FunctionRooms(
            new FunctionDirectory(catalog, permissions, updates, Random.Shared),
            new FunctionEditor(
                catalog, layers.Intake, layers.Trees, layers.Library, layers.Storage, permissions, time, updates,
                loggers.CreateLogger<FunctionEditor>()),
            new FunctionPublisher(catalog, layers.Storage, permissions),
            new FunctionAliases(catalog, concurrency, permissions),
            permissions,
            concurrency,
            new DevFunctions(layers.Intake, layers.Trees, time));
    }

    public ValueTask DisposeAsync() => Editor.DisposeAsync();
}

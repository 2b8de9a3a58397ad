using Lamina.Access;
using Lamina.Layers;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary>The parts of the Layers room, over one data folder.</summary>
internal sealed partial record LayerRooms(
    ArchiveIntake Intake, TreeStore Trees, TreeBuilder Builder, LayerPublisher Publisher, LayerLibrary Library, OptInspector Inspector,
    LayerPermissions Permissions, CodeStorage Storage) : IAsyncDisposable
{
    public static LayerRooms Open(
        string dataDirectory, IBlobStore blobs, ICatalog catalog, Organizations organizations, CodeStorage storage, TimeProvider time,
        ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<LayerRooms>();
        ArchiveIntake intake = new(blobs);
        TreeStore trees = TreeStore.Open(LayersDirectories.Below(dataDirectory), blobs, time);
        TreeBuilder builder = new(trees, catalog, failure => Log.TreeNotMade(logger, failure));
        LayerPublisher publisher = new(intake, catalog, storage, builder, time);
        LayerPermissions permissions = new(catalog, organizations);
        return new LayerRooms(intake, trees, builder, publisher, new LayerLibrary(catalog, permissions), new OptInspector(blobs), permissions, storage);
    }

    public async ValueTask DisposeAsync()
    {
        await Builder.DisposeAsync();
        await Trees.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A layer's tree could not be made; it is tried again when a function needs it")]
        public static partial void TreeNotMade(ILogger logger, Exception error);
    }
}

using Lamina.Access;
using Lamina.Layers;
using Lamina.Layers.Inspection;
using Lamina.Store;
using Microsoft.Extensions.Logging;

namespace Lamina.Server.Up;

/// <summary>The parts of the Layers room, over one data folder.</summary>
internal sealed partial record LayerRooms(
    ArchiveStore Archives, ManifestStore Manifests, ArchiveIntake Intake, TreeStore Trees, TreeBuilder Builder, LayerPublisher Publisher,
    LayerLibrary Library, OptInspector Opt, LayerInspector Inspector, LayerPermissions Permissions, CodeStorage Storage, DevLayers Dev)
    : IAsyncDisposable
{
    public static LayerRooms Open(
        string dataDirectory, IBlobStore blobs, ICatalog catalog, IReadOnlyList<IArchiveRoots> roots, Organizations organizations,
        CodeStorage storage, TimeProvider time, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<LayerRooms>();
        LayersDirectories directories = LayersDirectories.Below(dataDirectory);
        ArchiveStore archives = ArchiveStore.Open(directories);
        ArchiveUpgrade.Run(blobs, catalog.Current, roots, archives, failure => Log.ArchiveNotMoved(logger, failure));
        ManifestStore manifests = ManifestStore.Open(directories, archives);
        ArchiveIntake intake = new(archives, manifests);
        TreeStore trees = TreeStore.Open(directories, archives, manifests, time);
        TreeBuilder builder = new(trees, catalog, failure => Log.TreeNotMade(logger, failure));
        LayerPublisher publisher = new(intake, catalog, storage, builder, time);
        LayerPermissions permissions = new(catalog, organizations);
        return new LayerRooms(
            archives, manifests, intake, trees, builder, publisher, new LayerLibrary(catalog, permissions), new OptInspector(manifests),
            new LayerInspector(manifests, trees), permissions, storage, new DevLayers(intake, trees, time));
    }

    public async ValueTask DisposeAsync()
    {
        await Builder.DisposeAsync();
        await Trees.DisposeAsync();
        Archives.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A layer's tree could not be made; it is tried again when a function needs it")]
        public static partial void TreeNotMade(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "An archive could not be moved from the folder blobs to the folder archives")]
        public static partial void ArchiveNotMoved(ILogger logger, Exception error);
    }
}

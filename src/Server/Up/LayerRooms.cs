using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>The parts of the Layers room, over one data folder.</summary>
internal sealed record LayerRooms(
    ArchiveIntake Intake, TreeStore Trees, LayerPublisher Publisher, LayerLibrary Library, OptInspector Inspector)
{
    public static LayerRooms Open(string dataDirectory, IBlobStore blobs, ICatalog catalog, TimeProvider time)
    {
        _ = (dataDirectory, blobs, catalog, time);
        return new LayerRooms(new ArchiveIntake(), new TreeStore(), new LayerPublisher(), new LayerLibrary(), new OptInspector());
    }
}

using Lamina.Images;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>The parts of the Images room, over one data folder.</summary>
internal sealed record ImageRooms(ImageLayerStore Layers, ImageLibrary Library) : IAsyncDisposable
{
    public static ImageRooms Open(string dataDirectory, ICatalog catalog, TimeProvider time)
    {
        ImageLayerStore layers = ImageLayerStore.Open(dataDirectory, catalog, time);
        return new ImageRooms(layers, new ImageLibrary(catalog, layers, time));
    }

    public ValueTask DisposeAsync()
    {
        Layers.Dispose();
        return ValueTask.CompletedTask;
    }
}

using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Server.Up;

/// <summary>Who looks after what is stored: the scrub, and the collector, told by the rooms below of what ended.</summary>
internal sealed record StorageRooms(StorageParts Parts, StorageCollector Collector, StorageScrub Scrub) : IAsyncDisposable
{
    public static StorageRooms Open(StorageParts parts, LayerRooms layers, ImageRooms images, FunctionEditor editor)
    {
        StorageCollector collector = new(parts);
        layers.Builder.Built += collector.TreeMade;
        layers.Library.Deleted += collector.SomethingEnded;
        layers.Trees.Released += collector.SomethingEnded;
        layers.Dev.Changed += _ => collector.SomethingEnded();
        images.Layers.Released += collector.SomethingEnded;
        images.Library.Unnamed += collector.SomethingEnded;
        editor.Changed += _ => collector.SomethingEnded();

        StorageScrub scrub = new(parts);
        scrub.Ended += collector.SomethingEnded;

        // What the last process left undone.
        collector.SomethingEnded();
        return new StorageRooms(parts, collector, scrub);
    }

    public async ValueTask DisposeAsync()
    {
        await Collector.DisposeAsync();
        Scrub.Dispose();
    }
}

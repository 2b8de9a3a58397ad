using Lamina.Functions;
using Lamina.Layers;

namespace Lamina.Server.Up;

/// <summary>Who looks after what is stored: the collector, told by the rooms below of what ended.</summary>
internal sealed record StorageRooms(StorageParts Parts, StorageCollector Collector) : IAsyncDisposable
{
    public static StorageRooms Open(StorageParts parts, LayerRooms layers, FunctionEditor editor)
    {
        StorageCollector collector = new(parts);
        layers.Builder.Built += collector.TreeMade;
        layers.Library.Deleted += collector.SomethingEnded;
        layers.Trees.Released += collector.SomethingEnded;
        layers.Dev.Changed += _ => collector.SomethingEnded();
        editor.Changed += _ => collector.SomethingEnded();

        // What the last process left undone.
        collector.SomethingEnded();
        return new StorageRooms(parts, collector);
    }

    public ValueTask DisposeAsync() => Collector.DisposeAsync();
}

using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class TreeBuilderTests
{
    [Fact]
    public async Task The_tree_store_may_stop_first_in_the_middle_of_a_build()
    {
        using TestFolder folder = new();
        LayersRoom room = LayersRoom.In(folder);
        foreach (int layer in Enumerable.Range(0, 10))
        {
            (string, string)[] files = [.. Enumerable.Range(0, 200).Select(file => ($"python/m{file}.py", $"x = {layer}{file}"))];
            await room.PublishAsync($"layer{layer}", ZipBuilder.Of(files));
        }

        await room.Trees.DisposeAsync();
        await room.Builder.DisposeAsync();
        await room.Catalog.DisposeAsync();

        Assert.DoesNotContain(room.BuildFailures, static failure => failure is not ObjectDisposedException);
    }
}

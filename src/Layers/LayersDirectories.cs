namespace Lamina.Layers;

/// <summary>Where Layers keeps what it derives from blobs. Both folders lie in one file system: trees are hard links into the files.</summary>
public sealed record LayersDirectories
{
    public required string Files { get; init; }

    public required string Trees { get; init; }

    /// <summary>The usual places: <c>files/</c> and <c>trees/</c>, beside <c>blobs/</c> and <c>catalog.db</c>.</summary>
    public static LayersDirectories Below(string dataDirectory) =>
        new() { Files = Path.Combine(dataDirectory, "files"), Trees = Path.Combine(dataDirectory, "trees") };
}

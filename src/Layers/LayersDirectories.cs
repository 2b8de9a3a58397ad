namespace Lamina.Layers;

/// <summary>
/// Where Layers keeps the archives, and what it derives from them: manifests, trees, and the files below the trees. The latter two
/// lie in one file system: trees are hard links into the files.
/// </summary>
public sealed record LayersDirectories
{
    public required string Archives { get; init; }

    public required string Manifests { get; init; }

    public required string Files { get; init; }

    public required string Trees { get; init; }

    /// <summary>The usual places: folders of these names beside <c>blobs/</c> and <c>catalog.db</c>.</summary>
    public static LayersDirectories Below(string dataDirectory) => new()
    {
        Archives = Path.Combine(dataDirectory, "archives"),
        Manifests = Path.Combine(dataDirectory, "manifests"),
        Files = Path.Combine(dataDirectory, "files"),
        Trees = Path.Combine(dataDirectory, "trees"),
    };
}

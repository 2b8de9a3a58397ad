using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Images;

/// <summary>Those who need images by their digests, besides those who gave them names. What neither needs, a collection deletes.</summary>
public interface IImageRoots
{
    /// <summary>All images needed by the catalog as it was in <paramref name="snapshot"/>, or by what runs now.</summary>
    IEnumerable<ImageRoot> ImagesIn(CatalogSnapshot snapshot);
}

/// <param name="Name">Who needs it: the ARN of a function, the id of a runtime.</param>
public readonly record struct ImageRoot(Sha256 Image, string Name);

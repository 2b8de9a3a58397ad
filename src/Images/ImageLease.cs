namespace Lamina.Images;

/// <summary>An image that somebody shows or is about to: its layers are not deleted until this is disposed.</summary>
public sealed class ImageLease : IDisposable
{
    private readonly ImageLayerStore _layers;
    private readonly IReadOnlyList<string> _folders;
    private bool _ended;

    internal ImageLease(ImageLayerStore layers, StoredImage image, IReadOnlyList<string> folders)
    {
        _layers = layers;
        Image = image;
        _folders = folders;
        Directories = [.. folders.Select(layers.PathOf)];
    }

    public StoredImage Image { get; }

    /// <summary>Of the layers, the lowest first.</summary>
    public IReadOnlyList<string> Directories { get; }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _ended, true))
        {
            _layers.End(_folders);
        }
    }
}

using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Images;

/// <summary>The images that functions can be made of: imported under a name, found by it or by their digest.</summary>
public sealed class ImageLibrary(ICatalog catalog, ImageLayerStore layers, TimeProvider time)
{
    private const string DefaultTag = "latest";

    /// <summary>Raised when an image may have lost a name.</summary>
    public event Action? Unnamed;

    /// <summary>Raised with a repository of which a tag is another image's from now on, or nobody's.</summary>
    public event Action<string>? Renamed;

    /// <summary>Makes an image visible under a name, once all its layers are stored; until then it says which are missing.</summary>
    public async Task<ImageImport> ImportAsync(string name, byte[] manifest, byte[] configuration, CancellationToken cancellationToken)
    {
        ImageReference reference = NameOf(name);
        ImageManifest image = ImageManifest.Parse(manifest, configuration);
        ImageTag tag = new(reference.Repository, reference.Tag ?? DefaultTag, image.Digest);
        ImageImport import = await catalog.CommitAsync(transaction => Import(transaction, tag, image), cancellationToken);
        Unnamed?.Invoke();
        if (import.Image is not null)
        {
            Renamed?.Invoke(reference.Repository);
        }

        return import;
    }

    /// <summary>Whether bytes with this digest need not be sent.</summary>
    public StoredImageLayer? FindSent(Sha256 sent) => ImageDocuments.FindSent(catalog.Current, sent);

    public IReadOnlyList<(ImageTag Tag, StoredImage Image)> List()
    {
        CatalogSnapshot snapshot = catalog.Current;
        return [.. ImageDocuments.AllTags(snapshot).Select(tag => (tag, ImageDocuments.Find(snapshot, tag.Digest)!))];
    }

    /// <summary>Takes the name away. Functions that were made of the image keep it.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ImageReference reference = NameOf(name);
        await catalog.CommitAsync(
            transaction =>
            {
                ImageTag tag = ImageDocuments.FindTag(transaction, reference.Repository, reference.Tag ?? DefaultTag)
                    ?? throw AwsError.ResourceNotFound($"There is no image {reference.Repository}:{reference.Tag ?? DefaultTag}.");
                ImageDocuments.Delete(transaction, tag);
                return tag;
            },
            cancellationToken);
        Unnamed?.Invoke();
        Renamed?.Invoke(reference.Repository);
    }

    /// <summary>
    /// What an ImageUri names, in AWS's errors when it names nothing. An address in a registry of AWS's also finds what was imported under
    /// the repository's name alone, whatever the registry's account and region.
    /// </summary>
    public static ResolvedImage Resolve(CatalogSnapshot snapshot, string uri)
    {
        if (!ImageReference.TryParse(uri, out ImageReference? reference) || (reference.Tag is null && reference.Digest is null))
        {
            throw AwsError.InvalidParameterValue($"Source image {uri} is not valid. Provide a valid source image.");
        }

        StoredImage image = Find(snapshot, reference)
            ?? throw AwsError.InvalidParameterValue($"Source image {uri} does not exist. Provide a valid source image.");
        return new ResolvedImage(image, $"{reference.Repository}@sha256:{image.Digest}");
    }

    /// <summary>The image with the folders of its layers, kept until the lease is disposed. Throws an <see cref="IOException"/> when it is gone.</summary>
    public ImageLease Lease(Sha256 digest)
    {
        CatalogSnapshot snapshot = catalog.Current;
        return layers.Lease(snapshot, ImageDocuments.Find(snapshot, digest) ?? throw new IOException($"The image sha256:{digest} was deleted."));
    }

    /// <summary>The same by its name. Throws ResourceNotFound.</summary>
    public ImageLease LeaseNamed(string name)
    {
        ImageReference reference = NameOf(name);
        CatalogSnapshot snapshot = catalog.Current;
        StoredImage image = Find(snapshot, reference with { Tag = reference.Tag ?? DefaultTag })
            ?? throw AwsError.ResourceNotFound($"There is no image {name}.");
        return layers.Lease(snapshot, image);
    }

    /// <summary>The same of the latest image in a repository; null when there is none.</summary>
    public ImageLease? LeaseLatest(string repository)
    {
        while (true)
        {
            CatalogSnapshot snapshot = catalog.Current;
            if (ImageDocuments.FindTag(snapshot, repository, DefaultTag) is not { } tag || ImageDocuments.Find(snapshot, tag.Digest) is not { } image)
            {
                return null;
            }

            try
            {
                return layers.Lease(snapshot, image);
            }
            catch (IOException) when (catalog.Current != snapshot)
            {
                // It lost its name a moment ago: what has it now is what is meant.
            }
        }
    }

    /// <summary>Empties the catalog but for images: they are what the machine has, as interpreters are.</summary>
    public static void ForgetAllElse(CatalogTransaction transaction) => ImageDocuments.KeepOnly(transaction);

    private ImageImport Import(CatalogTransaction transaction, ImageTag tag, ImageManifest manifest)
    {
        Sha256[] missing = [.. manifest.SentLayers.Distinct().Where(layer => ImageDocuments.FindSent(transaction, layer) is null)];
        if (missing.Length > 0)
        {
            return new ImageImport(tag, null, missing);
        }

        StoredImageLayer[] stored = [.. manifest.SentLayers.Select(layer => ImageDocuments.FindSent(transaction, layer)!)];
        for (int i = 0; i < stored.Length; i++)
        {
            if (stored[i].Digest != manifest.Layers[i])
            {
                throw ImageFault.Of($"The layer sha256:{manifest.SentLayers[i]} is not the one that the image's configuration names in its place.");
            }
        }

        long size = stored.Sum(static layer => layer.TarBytes);
        if (size > Limits.ImageBytes)
        {
            throw ImageFault.Of($"The image has {size} bytes uncompressed; it may have {Limits.ImageBytes}.");
        }

        StoredImage image = new()
        {
            Digest = manifest.Digest,
            Architecture = manifest.Architecture,
            Process = manifest.Process,
            Layers = manifest.Layers,
            SizeBytes = size,
            ImportedAt = AwsDate.Format(time.GetUtcNow()),
        };
        ImageDocuments.Put(transaction, image);
        ImageDocuments.Put(transaction, tag);
        return new ImageImport(tag, image, []);
    }

    private static StoredImage? Find(CatalogSnapshot snapshot, ImageReference reference)
    {
        if (reference.Digest is { } digest)
        {
            return ImageDocuments.Find(snapshot, digest);
        }

        ImageTag? tag = ImageDocuments.FindTag(snapshot, reference.Repository, reference.Tag!)
            ?? (reference.IsElasticContainerRegistry ? ImageDocuments.FindTag(snapshot, reference.Path, reference.Tag!) : null);
        return tag is null ? null : ImageDocuments.Find(snapshot, tag.Digest);
    }

    private static ImageReference NameOf(string name) =>
        ImageReference.TryParse(name, out ImageReference? reference) && reference.Digest is null
            ? reference
            : throw ImageFault.Of($"'{name}' is not the name of an image: NAME or NAME:TAG in small letters, as docker tag takes it.");
}

/// <param name="Uri">By digest: ResolvedImageUri.</param>
public sealed record ResolvedImage(StoredImage Image, string Uri);

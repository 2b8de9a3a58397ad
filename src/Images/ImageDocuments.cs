using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Images;

/// <summary>Which layer some bytes that were sent unpack to.</summary>
internal sealed record SentLayer(Sha256 Sent, Sha256 Layer);

/// <summary>The images in the catalog: by their digests, their names, their layers, and the layers by what was sent.</summary>
internal static class ImageDocuments
{
    private const string Images = "images";
    private const string Tags = "image-tags";
    private const string Layers = "image-layers";
    private const string Sent = "image-layers-sent";

    public static StoredImage? Find(CatalogSnapshot snapshot, Sha256 digest) =>
        snapshot.Find(Images, digest.ToString())?.Read(ImagesJson.Default.StoredImage);

    public static ImageTag? FindTag(CatalogSnapshot snapshot, string repository, string tag) =>
        snapshot.Find(Tags, $"{repository}:{tag}")?.Read(ImagesJson.Default.ImageTag);

    public static StoredImageLayer? FindLayer(CatalogSnapshot snapshot, Sha256 layer) =>
        snapshot.Find(Layers, layer.ToString())?.Read(ImagesJson.Default.StoredImageLayer);

    /// <summary>Null when it must be sent: it is not there, or damaged.</summary>
    public static StoredImageLayer? FindSent(CatalogSnapshot snapshot, Sha256 sent) =>
        snapshot.Find(Sent, sent.ToString())?.Read(ImagesJson.Default.SentLayer) is { } known
            && FindLayer(snapshot, known.Layer) is { IsDamaged: false } layer ? layer : null;

    public static IEnumerable<StoredImage> AllImages(CatalogSnapshot snapshot) =>
        snapshot.Scan(Images, "", null).Select(static document => document.Read(ImagesJson.Default.StoredImage));

    public static IEnumerable<ImageTag> AllTags(CatalogSnapshot snapshot) =>
        snapshot.Scan(Tags, "", null).Select(static document => document.Read(ImagesJson.Default.ImageTag));

    public static IEnumerable<StoredImageLayer> AllLayers(CatalogSnapshot snapshot) =>
        snapshot.Scan(Layers, "", null).Select(static document => document.Read(ImagesJson.Default.StoredImageLayer));

    public static void Put(CatalogTransaction transaction, StoredImage image) =>
        transaction.Put(Images, image.Digest.ToString(), image, ImagesJson.Default.StoredImage);

    public static void Put(CatalogTransaction transaction, ImageTag tag) =>
        transaction.Put(Tags, tag.Name, tag, ImagesJson.Default.ImageTag);

    public static void Put(CatalogTransaction transaction, StoredImageLayer layer) =>
        transaction.Put(Layers, layer.Digest.ToString(), layer, ImagesJson.Default.StoredImageLayer);

    public static void Put(CatalogTransaction transaction, SentLayer sent) =>
        transaction.Put(Sent, sent.Sent.ToString(), sent, ImagesJson.Default.SentLayer);

    public static void Delete(CatalogTransaction transaction, StoredImage image) => transaction.Delete(Images, image.Digest.ToString());

    public static void Delete(CatalogTransaction transaction, ImageTag tag) => transaction.Delete(Tags, tag.Name);

    public static void Delete(CatalogTransaction transaction, IReadOnlyCollection<StoredImageLayer> layers)
    {
        HashSet<Sha256> gone = [.. layers.Select(static layer => layer.Digest)];
        foreach (StoredImageLayer layer in layers)
        {
            transaction.Delete(Layers, layer.Digest.ToString());
        }

        SentLayer[] sent = [.. AllSent(transaction).Where(known => gone.Contains(known.Layer))];
        foreach (SentLayer known in sent)
        {
            transaction.Delete(Sent, known.Sent.ToString());
        }
    }

    /// <summary>Everything else goes: images are what the machine has, not what was done through the API.</summary>
    public static void KeepOnly(CatalogTransaction transaction)
    {
        StoredImage[] images = [.. AllImages(transaction)];
        ImageTag[] tags = [.. AllTags(transaction)];
        StoredImageLayer[] layers = [.. AllLayers(transaction)];
        SentLayer[] sent = [.. AllSent(transaction)];
        transaction.Clear();
        Array.ForEach(images, image => Put(transaction, image));
        Array.ForEach(tags, tag => Put(transaction, tag));
        Array.ForEach(layers, layer => Put(transaction, layer));
        Array.ForEach(sent, known => Put(transaction, known));
    }

    private static IEnumerable<SentLayer> AllSent(CatalogSnapshot snapshot) =>
        snapshot.Scan(Sent, "", null).Select(static document => document.Read(ImagesJson.Default.SentLayer));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredImage))]
[JsonSerializable(typeof(StoredImageLayer))]
[JsonSerializable(typeof(ImageTag))]
[JsonSerializable(typeof(SentLayer))]
internal sealed partial class ImagesJson : JsonSerializerContext;

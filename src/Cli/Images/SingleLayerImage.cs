using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.Cli.Images;

/// <summary>An image that is made here, of one archive.</summary>
internal sealed class SingleLayerImage : IImageSource
{
    private readonly string _archive;
    private readonly ImageDocuments _documents;

    private SingleLayerImage(string archive, ImageDocuments documents)
    {
        _archive = archive;
        _documents = documents;
    }

    /// <param name="archive">A tar file, as it is or by gzip; deleted when the image is disposed.</param>
    /// <param name="isCompressed">By gzip.</param>
    public static async Task<SingleLayerImage> OfAsync(string archive, bool isCompressed, CancellationToken cancellationToken)
    {
        string sent = await DigestAsync(File.OpenRead(archive), cancellationToken);
        string content = isCompressed ? await DigestAsync(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress), cancellationToken) : sent;
        byte[] configuration = Json(new JsonObject
        {
            ["architecture"] = ImageIndex.MachineArchitecture,
            ["os"] = "linux",
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(content) },
        });
        byte[] manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", ImageIndex.DigestOf(configuration), configuration.Length),
            ["layers"] = new JsonArray(Descriptor(
                $"application/vnd.oci.image.layer.v1.tar{(isCompressed ? "+gzip" : "")}", sent, new FileInfo(archive).Length)),
        });
        return new SingleLayerImage(archive, new ImageDocuments(manifest, configuration));
    }

    public Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(_documents);

    public Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageBlob(File.OpenRead(_archive), new FileInfo(_archive).Length));

    public ValueTask DisposeAsync()
    {
        File.Delete(_archive);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> DigestAsync(Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            return $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))}";
        }
    }

    private static JsonObject Descriptor(string type, string digest, long size) => new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = size };

    private static byte[] Json(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}

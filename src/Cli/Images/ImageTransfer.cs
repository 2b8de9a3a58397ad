using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Images;

/// <summary>Brings an image to the server: it is told what the image is, says which layers it lacks, gets those, and is told again.</summary>
internal sealed class ImageTransfer(ImageClient client, IImageSource source)
{
    /// <summary>A layer that came long ago may be gone before the last one is there; not twice.</summary>
    private const int Rounds = 3;

    /// <param name="progress">Told what is being sent.</param>
    public async Task<ImportedImage> RunAsync(string name, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("Reading the manifest");
        ImageDocuments documents = await source.ReadAsync(cancellationToken);
        for (int round = 0; round < Rounds; round++)
        {
            ImportAnswer answer = await client.ImportAsync(name, documents, cancellationToken);
            if (answer.Image is { } image)
            {
                return image;
            }

            int sent = 0;
            foreach (string digest in answer.MissingLayers)
            {
                await using ImageBlob layer = await source.OpenLayerAsync(digest, cancellationToken);
                progress($"Layer {++sent} of {answer.MissingLayers.Count} ({Sizes.Readable(layer.SizeBytes)})");
                await client.SendLayerAsync(digest, layer, cancellationToken);
            }
        }

        throw new CliError("The server goes on asking for the image's layers.", name, "Try again; its log may say more.");
    }
}

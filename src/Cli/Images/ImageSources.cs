using Lamina.Contract;

namespace Lamina.Cli.Images;

/// <summary>How registries are spoken to, and as whom.</summary>
/// <param name="Http">Not the client that speaks to the server: this one may go through the machine's proxy.</param>
/// <param name="DockerFolder">Where `docker login` keeps its users.</param>
internal sealed record RegistryAccess(HttpClient Http, RegistryCredentials? Credentials, string DockerFolder);

/// <summary>Finds out what `--from` names.</summary>
internal sealed class ImageSources(ImageIndex index, RegistryAccess registries)
{
    private const string Forms = "Give an OCI layout (a folder or a tar), what `docker save` wrote, or HOST/NAME:TAG in a registry.";

    public async Task<IImageSource> OpenAsync(string from, CancellationToken cancellationToken)
    {
        if (Directory.Exists(from) || File.Exists(from))
        {
            return await OpenFilesAsync(Path.GetFullPath(from), cancellationToken);
        }

        if (!ImageReference.TryParse(from, out ImageReference? image) || image.Host is not { } host)
        {
            throw new CliError("There is no such file or folder, and it names no registry.", from, Forms);
        }

        RegistryCredentials? credentials = registries.Credentials
            ?? await RegistryCredentials.FindAsync(registries.DockerFolder, host, cancellationToken);
        return new RegistryImage(new RegistryClient(registries.Http, image, credentials), image, index);
    }

    private async Task<IImageSource> OpenFilesAsync(string path, CancellationToken cancellationToken)
    {
        ImageFiles files = await ImageFiles.OpenAsync(path, cancellationToken);
        if (await files.TryReadAsync(OciLayout.Mark, cancellationToken) is not null)
        {
            return new OciLayout(files, path, index);
        }

        if (await files.TryReadAsync(DockerArchive.ListFile, cancellationToken) is not null)
        {
            return new DockerArchive(files, path, index.Name);
        }

        await files.DisposeAsync();
        throw new CliError(
            "This is no image: it has neither oci-layout nor manifest.json.", path, Forms);
    }
}

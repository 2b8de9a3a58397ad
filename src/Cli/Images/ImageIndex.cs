using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lamina.Contract;

namespace Lamina.Cli.Images;

/// <summary>Finds the one manifest that is meant, through indexes of images for several machines.</summary>
/// <param name="Architecture">In an image's words: <c>amd64</c>, <c>arm64</c>.</param>
/// <param name="Name">As which it is imported: where several images lie together, the one of this name is meant.</param>
internal sealed record ImageIndex(string Architecture, ImageReference Name)
{
    private const int DeepestIndex = 4;
    private const int MaxListed = 10;
    private const string ReferenceName = "org.opencontainers.image.ref.name";
    private const string FullName = "io.containerd.image.name";

    /// <summary>Attestations lie beside images as images of an unknown machine, and say of what they are one.</summary>
    private const string AttestationMark = "vnd.docker.reference.type";

    public static string MachineArchitecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    /// <param name="document">An index or already the manifest.</param>
    /// <param name="where">For errors.</param>
    public async Task<byte[]> FindManifestAsync(byte[] document, string where, Func<Descriptor, Task<byte[]>> readAsync)
    {
        for (int depth = 0; depth < DeepestIndex; depth++)
        {
            ImageDocument parsed = ImageJson.Read(document, ImageJson.Default.ImageDocument, where);
            if (parsed.Manifests is not { } manifests)
            {
                return parsed.Config is null || parsed.Layers is null
                    ? throw new CliError("This is neither an image's manifest nor an index of images.", where, "Check what --from names.")
                    : document;
            }

            Descriptor chosen = Choose(manifests, where);
            document = Verified(await readAsync(chosen), chosen.Digest!);
        }

        throw new CliError("The indexes of images lead too deep.", where, null);
    }

    public static byte[] Verified(byte[] content, string digest)
    {
        string actual = DigestOf(content);
        return actual == digest ? content : throw new CliError($"The content is damaged: it has the digest {actual}.", digest, "Get the image again.");
    }

    public static string DigestOf(ReadOnlySpan<byte> content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private Descriptor Choose(IReadOnlyList<Descriptor> manifests, string where)
    {
        Descriptor[] images = [.. manifests.Where(static manifest =>
            manifest.Digest is not null && manifest.Annotations?.ContainsKey(AttestationMark) != true && manifest.Platform?.Architecture != "unknown")];
        Descriptor[] fitting = [.. images.Where(Fits)];
        if (fitting.Length == 0)
        {
            throw new CliError(
                $"There is no image for linux/{Architecture}{(images.Length == 0 ? "" : $" among {string.Join(", ", images.Take(MaxListed).Select(Describe))}")}.",
                where, "Say another --architecture, or build the image for this one.");
        }

        Descriptor[] named = [.. fitting.Where(IsNamed)];
        return (fitting, named) switch
        {
            ([var only], _) => only,
            (_, [var meant]) => meant,
            _ when fitting.DistinctBy(static image => image.Digest).Count() == 1 => fitting[0],
            _ => throw new CliError(
                $"There are several images: {string.Join(", ", fitting.Take(MaxListed).Select(Describe))}.", where, "Import it under the name it has there."),
        };
    }

    private bool Fits(Descriptor manifest) => manifest.Platform is not { } platform
        || ((platform.Os is null or "linux") && (platform.Architecture is null || platform.Architecture == Architecture));

    private bool IsNamed(Descriptor manifest)
    {
        string tag = Name.Tag ?? "latest";
        string? reference = manifest.Annotations?.GetValueOrDefault(ReferenceName);
        return reference == tag || reference == $"{Name.Repository}:{tag}" || manifest.Annotations?.GetValueOrDefault(FullName) == $"{Name.Repository}:{tag}";
    }

    private static string Describe(Descriptor manifest) =>
        manifest.Annotations?.GetValueOrDefault(FullName) ?? manifest.Annotations?.GetValueOrDefault(ReferenceName)
        ?? (manifest.Platform is { } platform ? $"{platform.Os}/{platform.Architecture}" : manifest.Digest!);
}

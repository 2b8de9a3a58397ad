using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lamina.Contract;

namespace Lamina.Images;

/// <summary>A file of an unpacked layer as it was written, or a symbolic link with the digest of its target.</summary>
/// <param name="Path">Below the layer's folder.</param>
internal sealed record LayerFile(string Path, bool IsLink, Sha256 Digest);

/// <summary>
/// The list of a layer's files, which lies beside its folder, because what was unpacked cannot be packed again to the same bytes. Each line
/// ends in a zero byte, and the last is the digest of those before: <c>f 64HEX bin/tool</c>, <c>l 64HEX lib</c>, <c>64HEX</c>.
/// </summary>
internal static class LayerFileList
{
    private const int DigestAt = 2;
    private const int PathAt = DigestAt + (2 * Sha256.SizeBytes) + 1;

    public static void Write(string path, IEnumerable<LayerFile> files)
    {
        using FileStream list = new(path, FileMode.CreateNew, FileAccess.Write);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LayerFile file in files)
        {
            byte[] line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(file.IsLink ? 'l' : 'f')} {file.Digest} {file.Path}\0"));
            hash.AppendData(line);
            list.Write(line);
        }

        list.Write(Encoding.UTF8.GetBytes($"{new Sha256(hash.GetCurrentHash())}\0"));
    }

    /// <summary>Throws an <see cref="IOException"/> when it is not there, an <see cref="InvalidDataException"/> when it is damaged.</summary>
    public static IReadOnlyList<LayerFile> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        const int End = (2 * Sha256.SizeBytes) + 1;
        if (bytes.Length < End
            || !Sha256.TryParse(Encoding.UTF8.GetString(bytes.AsSpan(bytes.Length - End, End - 1)), out Sha256 digest)
            || digest != Sha256.Of(bytes.AsSpan(0, bytes.Length - End)))
        {
            throw new InvalidDataException("The list of its files is damaged.");
        }

        return [.. Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.Length - End)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static LayerFile Parse(string line) => new(line[PathAt..], line[0] == 'l', Sha256.Parse(line[DigestAt..(PathAt - 1)]));
}

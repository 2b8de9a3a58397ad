using System.Collections.Immutable;
using System.IO.Compression;
using Lamina.Cli.Archives;

namespace Lamina.Cli.Stacks;

/// <summary>What is uploaded of an artifact: a folder as a zip, built first when it needs that; a file as it is, or in a zip where Lambda takes nothing else.</summary>
/// <param name="builds">Null: nothing is built.</param>
internal sealed class ArtifactContent(ArtifactBuilds? builds)
{
    /// <summary>What belongs to tools and not to the code, as SAM leaves it out too.</summary>
    private static readonly ImmutableHashSet<string> NotCode = [".aws-sam", ".git"];

    /// <summary>Whether more than what lies in the folder is deployed, or less.</summary>
    public bool IsBuilt(LocalArtifact artifact, string path) => builds is not null && ArtifactBuilds.Needs(artifact, path);

    public async Task<byte[]> ReadAsync(LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        if (IsBuilt(artifact, path))
        {
            return await builds!.RunAsync(artifact, path, cancellationToken);
        }

        if (Directory.Exists(path))
        {
            return await ZipAsync(List(path), CompressionLevel.Optimal, cancellationToken);
        }

        bool wantsZip = artifact.Kind is LocalArtifact.Code or LocalArtifact.Layer;
        return wantsZip && !await IsZipAsync(path, cancellationToken)
            ? await ZipAsync([FolderArchive.EntryOf(new FileInfo(path))], CompressionLevel.Optimal, cancellationToken)
            : await File.ReadAllBytesAsync(path, cancellationToken);
    }

    /// <summary>What of a folder is packaged when it is not built.</summary>
    public static ImmutableArray<FolderEntry> List(string folder) => FolderArchive.List(folder, NotCode);

    public static async Task<byte[]> ZipAsync(IReadOnlyList<FolderEntry> entries, CompressionLevel level, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = await FolderArchive.ZipAsync(entries, level, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Jars are zips by another name. <c>PK</c> and the number of a file's header, or of an empty archive's end.</summary>
    private static async Task<bool> IsZipAsync(string file, CancellationToken cancellationToken)
    {
        byte[] begin = new byte[4];
        await using FileStream content = File.OpenRead(file);
        int length = await content.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancellationToken);
        return length == begin.Length && begin is [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6];
    }
}

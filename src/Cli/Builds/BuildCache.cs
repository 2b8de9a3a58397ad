using System.Collections.Immutable;
using System.IO.Compression;
using Lamina.Cli.Archives;

namespace Lamina.Cli.Builds;

/// <summary>
/// Builds that were made already, by the digest of what went into them. Whole under their name or not at all, so that builds at the same time
/// do not disturb each other; what was not used for a month goes.
/// </summary>
internal sealed class BuildCache(string folder, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>A folder of what <paramref name="make"/> put into the one it was given. It must not be changed.</summary>
    public async Task<string> FolderAsync(string digest, Func<string, Task> make)
    {
        string place = Path.Combine(folder, digest);
        if (Directory.Exists(place))
        {
            Directory.SetLastWriteTimeUtc(place, time.GetUtcNow().UtcDateTime);
            return place;
        }

        Begin();
        string unfinished = Path.Combine(folder, $"{digest}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(unfinished);
            await make(unfinished);
            Directory.Move(unfinished, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            // Another build of the same was faster.
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return place;
    }

    /// <summary>The zip of what <paramref name="make"/> put into the folder it was given, with normal modes.</summary>
    public Task<byte[]> ZipAsync(string digest, Func<string, Task> make, CancellationToken cancellationToken) => FileAsync(
        digest,
        async () =>
        {
            string stage = Directory.CreateTempSubdirectory("lamina-stage-").FullName;
            try
            {
                await make(stage);
                ImmutableArray<FolderEntry> entries = [.. FolderArchive.List(stage).Select(LayerBuild.Normal)];
                using MemoryStream bytes = await FolderArchive.ZipAsync(entries, CompressionLevel.Optimal, cancellationToken);
                return bytes.ToArray();
            }
            finally
            {
                Directory.Delete(stage, recursive: true);
            }
        },
        cancellationToken);

    public async Task<byte[]> FileAsync(string digest, Func<Task<byte[]>> make, CancellationToken cancellationToken)
    {
        string place = Path.Combine(folder, $"{digest}.zip");
        if (File.Exists(place))
        {
            File.SetLastWriteTimeUtc(place, time.GetUtcNow().UtcDateTime);
            return await File.ReadAllBytesAsync(place, cancellationToken);
        }

        byte[] made = await make();
        Begin();
        await WholeFile.WriteAsync(place, made, cancellationToken);
        return made;
    }

    /// <summary>Makes the folder, and takes away what was not used for long.</summary>
    private void Begin()
    {
        Directory.CreateDirectory(folder);
        DateTime oldest = (time.GetUtcNow() - Kept).UtcDateTime;
        foreach (FileSystemInfo stale in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.LastWriteTimeUtc < oldest).ToArray())
        {
            if (stale is DirectoryInfo tree)
            {
                tree.Delete(recursive: true);
            }
            else
            {
                stale.Delete();
            }
        }
    }
}

using System.IO.Enumeration;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>Blocks on the disk, as the file system counts them. What goes meanwhile, or cannot be looked into, counts as nothing.</summary>
internal static class DiskUsage
{
    /// <summary>A folder with all that is in it. Symbolic links are counted, never followed.</summary>
    /// <param name="withFiles">False where files are links to others, which are counted elsewhere.</param>
    public static long Of(string directory, bool withFiles, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            return 0;
        }

        using SafeFileHandle folder = LinuxFiles.OpenFolder(directory);
        using Walk walk = new(directory, withFiles);
        long bytes = BytesOf(folder, ".");
        while (walk.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes += BytesOf(folder, walk.Current);
        }

        return bytes;
    }

    /// <summary>The files of a folder whose names match.</summary>
    public static long Of(string directory, string pattern)
    {
        using SafeFileHandle folder = LinuxFiles.OpenFolder(directory);
        return Directory.EnumerateFiles(directory, pattern).Sum(path => BytesOf(folder, Path.GetFileName(path)));
    }

    private static long BytesOf(SafeFileHandle folder, string path)
    {
        try
        {
            return LinuxFiles.TryRead(folder, path)?.DiskBytes ?? 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private sealed class Walk(string directory, bool withFiles)
        : FileSystemEnumerator<string>(directory, new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })
    {
        protected override bool ShouldIncludeEntry(ref FileSystemEntry entry) => withFiles || entry.IsDirectory || IsLink(ref entry);

        protected override bool ShouldRecurseIntoEntry(ref FileSystemEntry entry) => !IsLink(ref entry);

        protected override string TransformEntry(ref FileSystemEntry entry) => entry.ToFullPath();

        protected override bool ContinueOnError(int error) => true;

        private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;
    }
}

using System.IO.Enumeration;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>
/// Folders on their way out: moved here in one step, deleted at leisure. Deleting copes with what a stranger's tree may contain:
/// folders without any permission, symbolic links (never followed) and paths longer than PATH_MAX.
/// </summary>
public sealed class TreeTrash : IDisposable
{
    private readonly string _directory;
    private readonly SafeFileHandle _folder;
    private readonly Lock _emptying = new();

    public TreeTrash(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        _folder = LinuxFiles.OpenFolder(directory);
    }

    /// <summary>Moves a folder here. No error when it is not there.</summary>
    public void Take(SafeFileHandle parent, string name)
    {
        int errno = LinuxFiles.TryRename(parent, name, _folder, Guid.NewGuid().ToString("N"));
        if (errno is not (0 or LinuxFiles.ENOENT))
        {
            throw LinuxFiles.Error(errno, name);
        }
    }

    /// <summary>Deletes all there is. Sub-folders are first moved up here, so no path grows and no recursion follows their depth.</summary>
    public void Empty(CancellationToken cancellationToken)
    {
        lock (_emptying)
        {
            for (bool found = true; found;)
            {
                found = false;
                foreach ((string name, _) in List(_directory))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    found = true;
                    DeleteOne(name);
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static List<(string Name, bool IsFolder)> List(string directory) => [.. new FileSystemEnumerable<(string, bool)>(
        directory,
        static (ref FileSystemEntry entry) =>
            (entry.FileName.ToString(), entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) == 0),
        new EnumerationOptions { AttributesToSkip = 0, ReturnSpecialDirectories = false })];

    private void DeleteOne(string name)
    {
        using SafeFileHandle doomed = LinuxFiles.OpenFolder(_folder, name);
        foreach ((string entry, bool isFolder) in List(Path.Combine(_directory, name)))
        {
            if (isFolder)
            {
                // Moving a folder rewrites its "..", which needs permission to write it.
                LinuxFiles.SetMode(doomed, entry, 0x1C0);
                Take(doomed, entry);
            }
            else
            {
                LinuxFiles.DeleteFile(doomed, entry);
            }
        }

        LinuxFiles.DeleteFolder(_folder, name);
    }
}

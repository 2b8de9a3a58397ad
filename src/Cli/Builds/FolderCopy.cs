namespace Lamina.Cli.Builds;

/// <summary>Copies trees with their modes; symlinks stay symlinks.</summary>
internal static class FolderCopy
{
    /// <param name="leaveOut">Names that are not wanted in the folder itself.</param>
    public static void Copy(FileSystemInfo from, string to, params string[] leaveOut)
    {
        if (from.LinkTarget is { } target)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Delete(to);
            File.CreateSymbolicLink(to, target);
        }
        else if (from is DirectoryInfo folder)
        {
            Directory.CreateDirectory(to);
            foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos().Where(entry => !leaveOut.Contains(entry.Name)))
            {
                Copy(entry, Path.Combine(to, entry.Name));
            }
        }
        else
        {
            File.Copy(from.FullName, to, overwrite: true);
        }
    }

    public static void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Directory.Move(from, to);
    }

    /// <summary>A link to a package beside the folder would lead nowhere in the layer: its files take its place.</summary>
    public static void ReplaceLinksOutOf(string folder) => ReplaceLinks(new DirectoryInfo(folder), Path.GetFullPath(folder) + "/");

    private static void ReplaceLinks(DirectoryInfo folder, string inside)
    {
        foreach (DirectoryInfo entry in folder.EnumerateDirectories().ToArray())
        {
            if (entry.LinkTarget is null)
            {
                ReplaceLinks(entry, inside);
            }
            else if (entry.ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo { Exists: true } target
                && !target.FullName.StartsWith(inside, StringComparison.Ordinal))
            {
                entry.Delete();
                Copy(target, entry.FullName, "node_modules", ".git");
            }
        }
    }
}

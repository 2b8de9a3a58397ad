namespace Lamina.Cli.Archives;

/// <summary>One file, folder or symlink of a folder, as it was when the folder was listed.</summary>
/// <param name="Name">Below the folder, with slashes; a folder's name ends with one.</param>
/// <param name="Modified">Of files only: a folder's changes with what is in it.</param>
internal sealed record FolderEntry(string Name, string Path, int TypeAndMode, long SizeBytes, string? LinkTarget, DateTime Modified);

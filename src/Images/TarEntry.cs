namespace Lamina.Images;

internal enum TarEntryKind
{
    File,
    HardLink,
    Symlink,
    Directory,

    /// <summary>A device or a pipe.</summary>
    Special,
}

/// <param name="Name">As it stands in the archive.</param>
/// <param name="Target">Of a link: what it holds; empty otherwise.</param>
/// <param name="SizeBytes">Of a file; 0 otherwise.</param>
internal sealed record TarEntry(TarEntryKind Kind, string Name, string Target, int Mode, long SizeBytes, DateTimeOffset ModifiedAt);

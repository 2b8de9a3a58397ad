namespace Lamina.Cli.Archives;

/// <summary>Files that are whole under their name or not there: the former one stays until the new one is.</summary>
internal static class WholeFile
{
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await File.WriteAllBytesAsync(unfinished, content, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            // Does nothing when it has its name already.
            File.Delete(unfinished);
        }
    }
}

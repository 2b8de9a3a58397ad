namespace Lamina.Cli.Dev;

/// <summary>What the system says has changed in a folder.</summary>
/// <param name="Paths">Full paths; of a folder, all that is in it may have changed.</param>
/// <param name="Everything">More happened than was told, or the folder is another one under the same name.</param>
internal sealed record FolderChanges(IReadOnlySet<string> Paths, bool Everything)
{
    public static FolderChanges All { get; } = new(new HashSet<string>(), Everything: true);

    public bool Touch(string path)
    {
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Paths.Contains(at))
            {
                return true;
            }
        }

        return Everything;
    }
}

using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>
/// Which trees may not be wholly on the disk yet: one small file for each, made before the build writes anything and removed after
/// the file system was flushed. It contains the boot it was made in. The same boot: the kernel still has every byte, all is well, however
/// the process ended. Another one (or nothing, the content itself was lost): the machine went down in between, and the files are doubtful.
/// </summary>
internal sealed class TreeJournal
{
    private readonly string _directory;
    private readonly string _bootId;

    public TreeJournal(string directory, string bootId)
    {
        _directory = directory;
        _bootId = bootId;
        Directory.CreateDirectory(directory);
    }

    public void Begin(Sha256 tree) => File.WriteAllText(PathOf(tree), _bootId);

    public void End(Sha256 tree) => File.Delete(PathOf(tree));

    public IReadOnlyList<Sha256> ListDoubtful() => List(static (content, bootId) => content != bootId);

    /// <summary>Built in this boot, perhaps by an earlier process, and not flushed yet.</summary>
    public IReadOnlyList<Sha256> ListUnflushed() => List(static (content, bootId) => content == bootId);

    private List<Sha256> List(Func<string, string, bool> wanted)
    {
        List<Sha256> trees = [];
        foreach (string path in Directory.EnumerateFiles(_directory))
        {
            if (Sha256.TryParse(Path.GetFileName(path), out Sha256 tree) && wanted(File.ReadAllText(path), _bootId))
            {
                trees.Add(tree);
            }
        }

        return trees;
    }

    private string PathOf(Sha256 tree) => Path.Combine(_directory, tree.ToString());
}

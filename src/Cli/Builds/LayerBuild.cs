using System.Collections.Immutable;
using System.IO.Compression;
using Lamina.Cli.Archives;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Builds;

/// <summary>
/// Makes a layer's archive of a folder. (1) The folder is copied, so that nothing is ever written in it. (2) Each source that
/// applies adds its part, package managers first, so that what lies in its place by hand goes over what they installed.
/// (3) What is left is zipped with sorted names, fixed times and normal modes: the same input gives the same bytes, whoever builds
/// it, where, when, and under which umask.
/// </summary>
internal sealed class LayerBuild(Terminal terminal)
{
    private const int TypeBits = 0xF000;
    private const int FileType = 0x8000;
    private const int DirectoryType = 0x4000;
    private const int ExecutableMode = 0x1ED;
    private const int PlainMode = 0x1A4;
    private const int OwnerExecutes = 0x40;

    public async Task<byte[]> RunAsync(string folder, BuildSettings settings, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new CliError("There is no such folder.", Path.GetFullPath(folder), "Check the path.");
        }

        string scratch = Directory.CreateTempSubdirectory("lamina-build-").FullName;
        try
        {
            var folders = new BuildFolders(Path.Combine(scratch, "source"), Path.Combine(scratch, "stage"), scratch);

            // What npm installed for work on the package is not what it installs for the layer.
            string[] leaveOut = File.Exists(Path.Combine(folder, "package.json")) ? [".git", "node_modules"] : [".git"];
            FolderCopy.Copy(new DirectoryInfo(Path.GetFullPath(folder)), folders.Source, leaveOut); // (1)
            Directory.CreateDirectory(folders.Stage);
            await AddAsync(folders, settings, cancellationToken); // (2)
            return await ZipAsync(folder, folders.Stage, cancellationToken); // (3)
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        ILayerSource[] managed = [.. new ILayerSource[]
        {
            new PythonRequirements(), new NodePackages(terminal), new MavenProject(), new JarFolder(), new RubyGems(terminal),
        }.Where(source => source.IsIn(folders.Source))];
        ILayerSource plain = new PlainFolders(terminal, everything: managed.Length == 0);
        foreach (ILayerSource source in managed)
        {
            await terminal.WithProgressAsync(
                $"Installing {source.Name}",
                async () =>
                {
                    await source.AddAsync(folders, settings, cancellationToken);
                    return true;
                });
        }

        if (plain.IsIn(folders.Source) || managed.Length > 0)
        {
            await plain.AddAsync(folders, settings, cancellationToken);
        }
    }

    private static async Task<byte[]> ZipAsync(string folder, string stage, CancellationToken cancellationToken)
    {
        if (!Directory.EnumerateFileSystemEntries(stage).Any())
        {
            throw new CliError(
                "There is nothing to put into a layer.",
                Path.GetFullPath(folder),
                "It needs requirements.txt, package.json, pom.xml, jars, a Gemfile, or folders laid out as /opt (python, nodejs, bin, lib, …).");
        }

        ImmutableArray<FolderEntry> entries = [.. FolderArchive.List(stage)
            .Where(static entry => !IsCompiledPython(entry.Name))
            .Select(Normal)];
        using MemoryStream bytes = await FolderArchive.ZipAsync(entries, CompressionLevel.Optimal, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Whatever umask it was made under.</summary>
    public static FolderEntry Normal(FolderEntry entry) => entry with { TypeAndMode = NormalMode(entry.TypeAndMode) };

    private static bool IsCompiledPython(string name) =>
        name.EndsWith(".pyc", StringComparison.Ordinal) || $"/{name}".Contains("/__pycache__/", StringComparison.Ordinal);

    private static int NormalMode(int typeAndMode) => (typeAndMode & TypeBits) switch
    {
        DirectoryType => DirectoryType | ExecutableMode,
        FileType => FileType | ((typeAndMode & OwnerExecutes) != 0 ? ExecutableMode : PlainMode),
        _ => typeAndMode,
    };
}

using Lamina.Cli.Terminals;

namespace Lamina.Cli.Builds;

/// <summary>package.json → <c>nodejs/node_modules</c>, by npm: exactly the lock file's versions when there is one.</summary>
/// <remarks>
/// Packages' install scripts are not run unless asked for: they are strangers' programs with the rights of whoever builds, and what
/// they make depends on the machine.
/// </remarks>
internal sealed class NodePackages(Terminal terminal) : ILayerSource
{
    private static readonly string[] Locks = ["package-lock.json", "npm-shrinkwrap.json"];

    public string Name => "package.json";

    public bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    public async Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        BuildProgram.Require("npm", Name, "Install it, for example on Debian: apt-get install -y npm");
        bool locked = Locks.Any(name => File.Exists(Path.Combine(folders.Source, name)));
        if (!locked)
        {
            terminal.Note("package.json has no lock file beside it, so another day's build may take other versions; `npm install` makes one.");
        }

        await BuildProgram.RunAsync(
            new Command("npm", [.. Arguments(locked, settings)], folders.Source), cancellationToken);
        string modules = Path.Combine(folders.Source, "node_modules");
        if (!Directory.Exists(modules))
        {
            return;
        }

        // npm's own notes: paths and addresses of where packages came from.
        File.Delete(Path.Combine(modules, ".package-lock.json"));
        if (Directory.Exists(Path.Combine(modules, ".cache")))
        {
            Directory.Delete(Path.Combine(modules, ".cache"), recursive: true);
        }

        FolderCopy.ReplaceLinksOutOf(modules);
        FolderCopy.Move(modules, Path.Combine(folders.Stage, "nodejs", "node_modules"));
    }

    private static IEnumerable<string> Arguments(bool locked, BuildSettings settings)
    {
        yield return locked ? "ci" : "install";
        yield return "--omit=dev";
        yield return "--no-audit";
        yield return "--no-fund";
        yield return "--no-update-notifier";
        if (!locked)
        {
            yield return "--no-package-lock";
        }

        if (!settings.AllowScripts)
        {
            yield return "--ignore-scripts";
        }

        if (!settings.Architecture.IsThisMachine)
        {
            yield return "--os=linux";
            yield return $"--cpu={settings.Architecture.Node}";
        }
    }
}

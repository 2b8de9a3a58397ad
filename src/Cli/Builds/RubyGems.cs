using Lamina.Cli.Terminals;

namespace Lamina.Cli.Builds;

/// <summary>Gemfile → <c>ruby/gems/X.Y.0</c>, by Bundler.</summary>
internal sealed class RubyGems(Terminal terminal) : ILayerSource
{
    /// <summary>Downloads, documentation and logs of builds.</summary>
    private static readonly string[] Dispensable = ["cache", "doc", "build_info"];

    public string Name => "Gemfile";

    public bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    public async Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        BuildRuntime runtime = settings.Require("ruby", Name, "ruby3.3");
        BuildProgram.Require("bundle", Name, "Install it, for example on Debian: apt-get install -y ruby-bundler");
        string installed = Path.Combine(folders.Scratch, "bundle");
        await BuildProgram.RunAsync(
            new Command("bundle", ["install", "--quiet"], folders.Source)
            {
                Variables =
                [
                    ("BUNDLE_PATH", installed),
                    ("BUNDLE_WITHOUT", "development:test"),
                    ("BUNDLE_FROZEN", File.Exists(Path.Combine(folders.Source, "Gemfile.lock")) ? "true" : "false"),
                    ("BUNDLE_APP_CONFIG", Path.Combine(folders.Scratch, "bundle-config")),
                    ("BUNDLE_SILENCE_ROOT_WARNING", "true"),
                ],
            },
            cancellationToken);
        string gems = Directory.GetDirectories(Path.Combine(installed, "ruby")).Single();
        RequireFit(gems, $"{runtime.Version}.0");
        foreach (string name in Dispensable.Select(name => Path.Combine(gems, name)).Where(Directory.Exists))
        {
            Directory.Delete(name, recursive: true);
        }

        string scripts = Path.Combine(gems, "bin");
        foreach (string script in Directory.Exists(scripts) ? Directory.GetFiles(scripts) : [])
        {
            ScriptInterpreter.Rewrite(script, "ruby", "ruby");
        }

        FolderCopy.Move(gems, Path.Combine(folders.Stage, "ruby", "gems", $"{runtime.Version}.0"));
    }

    /// <summary>Gems in plain Ruby fit any version; compiled ones the version that compiled them.</summary>
    private void RequireFit(string gems, string wanted)
    {
        string present = Path.GetFileName(gems);
        if (present == wanted)
        {
            return;
        }

        string extensions = Path.Combine(gems, "extensions");
        if (Directory.Exists(extensions) && Directory.EnumerateFiles(extensions, "*", SearchOption.AllDirectories).Any())
        {
            throw new CliError(
                $"Some of the gems are compiled, and this machine's Ruby compiles for {present}, not {wanted}.",
                Name,
                $"Put the Ruby of the runtime first in PATH ({wanted}).");
        }

        terminal.Note($"The gems were installed by Ruby {present} for {wanted}; none of them is compiled.");
    }
}

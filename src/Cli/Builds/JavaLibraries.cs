namespace Lamina.Cli.Builds;

/// <summary>pom.xml → <c>java/lib</c>, by Maven: the jars that the project needs when it runs.</summary>
internal sealed class MavenProject : ILayerSource
{
    public string Name => "pom.xml";

    public bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    public Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        BuildProgram.Require("mvn", Name, "Install it, for example on Debian: apt-get install -y maven");
        string target = Path.Combine(folders.Stage, "java", "lib");
        return BuildProgram.RunAsync(
            new Command(
                "mvn",
                ["--batch-mode", "dependency:copy-dependencies", "-DincludeScope=runtime", $"-DoutputDirectory={target}"],
                folders.Source),
            cancellationToken);
    }
}

/// <summary>A folder of jars → <c>java/lib</c>.</summary>
internal sealed class JarFolder : ILayerSource
{
    public string Name => "*.jar";

    public bool IsIn(string folder) => Directory.EnumerateFiles(folder, Name).Any();

    public Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        string target = Directory.CreateDirectory(Path.Combine(folders.Stage, "java", "lib")).FullName;
        foreach (string jar in Directory.EnumerateFiles(folders.Source, Name))
        {
            File.Copy(jar, Path.Combine(target, Path.GetFileName(jar)));
        }

        return Task.CompletedTask;
    }
}

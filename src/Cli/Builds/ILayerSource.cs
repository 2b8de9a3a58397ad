namespace Lamina.Cli.Builds;

/// <summary>
/// One way in which a folder says what belongs into a layer: a package manager's *manifest*, or files that are there already.
/// Several may apply to one folder; each adds its part to the *stage*, whose root is what /opt will show.
/// </summary>
internal interface ILayerSource
{
    /// <summary>As messages call it, for example <c>requirements.txt</c>.</summary>
    string Name { get; }

    bool IsIn(string folder);

    Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken);
}

/// <param name="Source">A copy of the folder that is built, which package managers may write in.</param>
/// <param name="Stage">What is being built.</param>
/// <param name="Scratch">For what is in between; gone afterwards.</param>
internal sealed record BuildFolders(string Source, string Stage, string Scratch);

/// <param name="Runtimes">Those the layer is for; at most one of each family matters to what is installed.</param>
internal sealed record BuildSettings(IReadOnlyList<BuildRuntime> Runtimes, BuildArchitecture Architecture, bool AllowScripts)
{
    public BuildRuntime Require(string family, string manifest, string example) =>
        Runtimes.FirstOrDefault(runtime => runtime.Family == family)
        ?? throw new CliError($"{manifest} needs to know the runtime that its packages are for.", "--runtime", $"Say it, for example --runtime {example}.");
}

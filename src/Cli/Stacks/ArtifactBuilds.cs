using System.IO.Compression;
using System.Text.RegularExpressions;
using Lamina.Cli.Archives;
using Lamina.Cli.Builds;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Stacks;

/// <summary>
/// Builds what a template names, as <c>sam build</c> does, where the folder alone is not what runs: (1) packages that a manifest names are
/// installed once for a manifest and lie behind the folder's own files; (2) programs are compiled, and (3) layers made, in a copy of the folder,
/// once for its content. Nothing is ever written in the folder itself.
/// </summary>
internal sealed partial class ArtifactBuilds(Terminal terminal, BuildCache cache)
{
    private const string Makefile = "makefile";

    public static bool Needs(LocalArtifact artifact, string path) => !artifact.SkipsBuild && Directory.Exists(path) && artifact.Kind switch
    {
        LocalArtifact.Layer => artifact.BuildMethod is not null,
        LocalArtifact.Code => PackagesOf(artifact, path) is not null || CompilerOf(artifact, path) is not null,
        _ => false,
    };

    /// <summary>The zip to deploy; an error names the function, what could not be done, and how to mend it.</summary>
    public async Task<byte[]> RunAsync(LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await terminal.WithProgressAsync($"Building {artifact.Name}", () => BuildAsync(artifact, path, cancellationToken));
        }
        catch (CliError failed)
        {
            bool isOffline = Unreachable().IsMatch(failed.Message);
            throw new CliError(
                $"{artifact.Name} could not be built: {failed.Message}",
                failed.Where is null ? path : $"{path}, {failed.Where}",
                isOffline
                    ? "The package index could not be reached: mend the network or name another index (PIP_INDEX_URL, npm's registry, GOPROXY, …), or deploy the folder as it is with --no-build."
                    : $"{failed.Fix} --no-build deploys the folder as it is.".TrimStart(),
                failed);
        }
    }

    private Task<byte[]> BuildAsync(LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        if (artifact.Kind == LocalArtifact.Layer)
        {
            return BuildLayerAsync(artifact, path, cancellationToken); // (3)
        }

        return PackagesOf(artifact, path) is { } packages
            ? InstallAsync(packages, artifact, path, cancellationToken) // (1)
            : cache.ZipAsync(
                BuildDigest.Of(path, "compiled", artifact.LogicalId, artifact.Runtime, ArchitectureOf(artifact).Name, artifact.BuildMethod),
                stage => CompileAsync(CompilerOf(artifact, path)!, artifact, path, stage, cancellationToken),
                cancellationToken); // (2)
    }

    private async Task<byte[]> InstallAsync(FunctionPackages packages, LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        var settings = new BuildSettings([BuildRuntime.Parse(artifact.Runtime!)], ArchitectureOf(artifact), AllowScripts: false);
        string digest = packages.StandAlone(path)
            ? BuildDigest.Of(packages.Manifests(path), packages.Family, artifact.Runtime, settings.Architecture.Name)
            : BuildDigest.Of(path, packages.Family, artifact.Runtime, settings.Architecture.Name);
        string installed = await cache.FolderAsync(
            digest,
            stage => InCopyAsync(
                path,
                (source, scratch) => packages.Source(terminal).AddAsync(new BuildFolders(source, stage, scratch), settings, cancellationToken)));

        // The folder's own files go over what was installed.
        Dictionary<string, FolderEntry> entries = packages.Entries(installed).ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
        foreach (FolderEntry entry in ArtifactContent.List(path).Where(entry => !packages.IsReplaced(entry.Name)))
        {
            entries[entry.Name] = entry;
        }

        return await ArtifactContent.ZipAsync(
            [.. entries.Values.OrderBy(static entry => entry.Name, StringComparer.Ordinal)], CompressionLevel.Optimal, cancellationToken);
    }

    private async Task<byte[]> BuildLayerAsync(LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        BuildArchitecture architecture = ArchitectureOf(artifact);
        string digest = BuildDigest.Of(path, "layer", artifact.LogicalId, artifact.BuildMethod, architecture.Name);
        if (artifact.BuildMethod == Makefile)
        {
            return await cache.ZipAsync(
                digest, stage => CompileAsync(FunctionCompiler.Make, artifact, path, stage, cancellationToken), cancellationToken);
        }

        var settings = new BuildSettings([BuildRuntime.Parse(artifact.BuildMethod!)], architecture, AllowScripts: false);
        return await cache.FileAsync(digest, () => new LayerBuild(terminal).RunAsync(path, settings, cancellationToken), cancellationToken);
    }

    private static Task CompileAsync(
        FunctionCompiler compiler, LocalArtifact artifact, string path, string stage, CancellationToken cancellationToken) =>
        InCopyAsync(path, async (source, scratch) =>
        {
            BuildProgram.Require(compiler.Program(source), compiler.Manifest, compiler.Fix);
            var task = new CompilerTask(artifact.LogicalId, artifact.Runtime, ArchitectureOf(artifact), source, stage, scratch);
            await compiler.RunAsync(task, cancellationToken);
        });

    private static async Task InCopyAsync(string path, Func<string, string, Task> work)
    {
        string scratch = Directory.CreateTempSubdirectory("lamina-build-").FullName;
        try
        {
            string source = Path.Combine(scratch, "source");
            FolderCopy.Copy(new DirectoryInfo(path), source, ".git", ".aws-sam", "node_modules");
            await work(source, scratch);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static BuildArchitecture ArchitectureOf(LocalArtifact artifact) =>
        artifact.Architecture is { } name ? BuildArchitecture.Parse(name) : BuildArchitecture.ThisMachine;

    private static FunctionPackages? PackagesOf(LocalArtifact artifact, string path) => artifact.BuildMethod != Makefile && artifact.Runtime is { } runtime
        ? FunctionPackages.All.FirstOrDefault(packages => runtime.StartsWith(packages.Family, StringComparison.Ordinal) && packages.IsNeeded(path))
        : null;

    private static FunctionCompiler? CompilerOf(LocalArtifact artifact, string path) => artifact.BuildMethod switch
    {
        Makefile => FunctionCompiler.Make,
        "esbuild" or "rust-cargolambda" => throw new CliError(
            $"BuildMethod {artifact.BuildMethod} is not served.", artifact.Name, "Build it yourself and name the result as CodeUri, or use BuildMethod: makefile."),
        _ => artifact.Runtime is { } runtime ? FunctionCompiler.All.FirstOrDefault(compiler => compiler.Fits(runtime) && compiler.IsNeeded(path)) : null,
    };

    [GeneratedRegex(
        "name resolution|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|Connection refused|new connection|Could not resolve host|Could not transfer artifact"
        + "|no such host|Network is unreachable|Could not fetch specs|Could not reach host|Unable to load the service index|dial tcp|Could not GET",
        RegexOptions.CultureInvariant)]
    private static partial Regex Unreachable();
}

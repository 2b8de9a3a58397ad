using System.Globalization;

namespace Lamina.Cli.Builds;

/// <summary>requirements.txt → <c>python/</c>, by pip.</summary>
internal sealed class PythonRequirements : ILayerSource
{
    private const string Fix = "Install it, for example on Debian: apt-get install -y python3-pip";

    public string Name => "requirements.txt";

    public bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    public async Task AddAsync(BuildFolders folders, BuildSettings settings, CancellationToken cancellationToken)
    {
        BuildRuntime runtime = settings.Require("python", Name, "python3.11");
        string target = Path.Combine(folders.Stage, "python");
        await BuildProgram.RunAsync(
            new Command(
                await FindPythonAsync($"python{runtime.Version}", folders.Source, settings, cancellationToken) ?? "python3",
                [
                    "-m", "pip", "install", "--target", target, "-r", Name,
                    // Compiled files hold the time of their source and fit one version of Python only.
                    "--no-compile",
                    "--disable-pip-version-check", "--no-input", "--no-warn-script-location", "--root-user-action=ignore",
                    .. await ForeignAsync(runtime, folders.Source, settings, cancellationToken),
                ],
                folders.Source),
            cancellationToken);
        PythonPackages.Normalise(target, $"python{runtime.Version}");
    }

    /// <summary>The runtime's own Python, when the machine has it and the layer is for this machine's architecture.</summary>
    private static async Task<string?> FindPythonAsync(
        string program, string folder, BuildSettings settings, CancellationToken cancellationToken) =>
        settings.Architecture.IsThisMachine && await HasPipAsync(program, folder, cancellationToken) ? program : null;

    /// <summary>Nothing for the runtime's own Python; for any other one, whose wheels to take. Sources could only be built for itself.</summary>
    private static async Task<IReadOnlyList<string>> ForeignAsync(
        BuildRuntime runtime, string folder, BuildSettings settings, CancellationToken cancellationToken)
    {
        if (await FindPythonAsync($"python{runtime.Version}", folder, settings, cancellationToken) is not null)
        {
            return [];
        }

        if (!await HasPipAsync("python3", folder, cancellationToken))
        {
            throw new CliError("requirements.txt needs python3 with pip, which is not installed.", "requirements.txt", Fix);
        }

        return
        [
            "--only-binary=:all:", "--implementation", "cp", "--python-version", runtime.Version,
            .. Platforms(runtime, settings.Architecture).SelectMany(static platform => new[] { "--platform", platform }),
        ];
    }

    /// <summary>Lambda's Python runs on Amazon Linux 2023 (glibc 2.34) from 3.12 on, on Amazon Linux 2 (2.26) before.</summary>
    private static IEnumerable<string> Platforms(BuildRuntime runtime, BuildArchitecture architecture)
    {
        bool newer = runtime.Version.Split('.') is ["3", var minor] && int.Parse(minor, CultureInfo.InvariantCulture) >= 12;
        string[] names = newer ? ["manylinux_2_34", "manylinux_2_28", "manylinux2014"] : ["manylinux_2_26", "manylinux_2_24", "manylinux2014"];
        return names.Select(name => $"{name}_{architecture.Python}");
    }

    private static async Task<bool> HasPipAsync(string program, string folder, CancellationToken cancellationToken)
    {
        if (!BuildProgram.IsInstalled(program))
        {
            return false;
        }

        // Version managers put programs into PATH that only say that the version is not there.
        (int exitCode, _) = await BuildProgram.TryRunAsync(new Command(program, ["-m", "pip", "--version"], folder), cancellationToken);
        return exitCode == 0;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Lamina.Cli.Builds;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Images;

/// <summary>
/// Node.js as the package manager npm has it: a package whose archive is a program and its licence. The machine's own npm fetches it, from
/// wherever it is set up to; here the archive becomes the one layer of an image.
/// </summary>
internal static class NpmNode
{
    /// <summary>Within the package's archive.</summary>
    public const string Program = "package/bin/node";

    private const int FirstMajor = 18;
    private const int LastMajor = 26;
    private const string Prefix = "nodejs";

    /// <param name="runtime">A runtime's id, for example <c>nodejs24.x</c>.</param>
    public static async Task<IImageSource> FetchAsync(string runtime, Terminal terminal, CancellationToken cancellationToken)
    {
        string package = Package(runtime);
        BuildProgram.Require("npm", runtime, "Install it (Debian: apt install npm), or add the runtime from another place.");
        string folder = Directory.CreateTempSubdirectory("lamina-npm-").FullName;
        try
        {
            await terminal.WithProgressAsync($"Fetching {package}", async () =>
            {
                await BuildProgram.RunAsync(
                    new Command("npm", ["pack", package, "--silent"], folder), cancellationToken);
                return true;
            });
            string archive = Directory.GetFiles(folder, "*.tgz").SingleOrDefault()
                ?? throw new CliError("npm has brought no archive.", package, "Run `npm pack` with this package to see why.");
            string kept = $"{folder}.tgz";
            File.Move(archive, kept);
            return await SingleLayerImage.OfAsync(kept, isCompressed: true, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static string Describe(string runtime) => $"npm {Package(runtime)}";

    private static string Package(string runtime)
    {
        string digits = runtime.StartsWith(Prefix, StringComparison.Ordinal) ? runtime[Prefix.Length..].Split('.')[0] : "";
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int major) && major is >= FirstMajor and <= LastMajor
            ? $"node-linux-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}@{major}"
            : throw new CliError(
                $"npm has Node.js {FirstMajor} to {LastMajor} only.", runtime, "Add the runtime from a base image of AWS's, or from a folder of this machine.");
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lamina.Cli.Builds;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Images;

/// <summary>
/// Node.js as the package manager npm has it: a package whose archive is a program and its licence. The machine's own npm fetches it, from
/// wherever it is set up to; here the archive becomes the one layer of an image.
/// </summary>
internal sealed class NpmNode : IImageSource
{
    /// <summary>Within the package's archive.</summary>
    public const string Program = "package/bin/node";

    private const int FirstMajor = 18;
    private const int LastMajor = 26;
    private const string Prefix = "nodejs";

    private readonly byte[] _archive;
    private readonly ImageDocuments _documents;

    private NpmNode(byte[] archive)
    {
        _archive = archive;
        using var inflated = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress);
        byte[] configuration = Json(new JsonObject
        {
            ["architecture"] = ImageIndex.MachineArchitecture,
            ["os"] = "linux",
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray($"sha256:{Convert.ToHexStringLower(SHA256.HashData(inflated))}") },
        });
        byte[] manifest = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", configuration),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", archive)),
        });
        _documents = new ImageDocuments(manifest, configuration);
    }

    /// <param name="runtime">A runtime's id, for example <c>nodejs24.x</c>.</param>
    public static async Task<NpmNode> FetchAsync(string runtime, Terminal terminal, CancellationToken cancellationToken)
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
            return new NpmNode(await File.ReadAllBytesAsync(archive, cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static string Describe(string runtime) => $"npm {Package(runtime)}";

    public Task<ImageDocuments> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(_documents);

    public Task<ImageBlob> OpenLayerAsync(string digest, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageBlob(new MemoryStream(_archive, writable: false), _archive.Length));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Package(string runtime)
    {
        string digits = runtime.StartsWith(Prefix, StringComparison.Ordinal) ? runtime[Prefix.Length..].Split('.')[0] : "";
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int major) && major is >= FirstMajor and <= LastMajor
            ? $"node-linux-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}@{major}"
            : throw new CliError(
                $"npm has Node.js {FirstMajor} to {LastMajor} only.", runtime, "Add the runtime from a base image of AWS's, or from a folder of this machine.");
    }

    private static JsonObject Descriptor(string type, byte[] content) =>
        new() { ["mediaType"] = type, ["digest"] = ImageIndex.DigestOf(content), ["size"] = content.Length };

    private static byte[] Json(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}

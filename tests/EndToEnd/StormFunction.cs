using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>What the storm deploys: layers that list their own files, and a function that compares all it has with those lists.</summary>
internal static class StormFunction
{
    /// <summary>Alike in all but one file, so that their archives share their parts with each other.</summary>
    private const int FilesPerLayer = 25;

    private const int FileBytes = 2_900;

    private static readonly string Bootstrap = BashRuntime.Of(
        """
        check() {
          cd /var/task && sha256sum --quiet --strict -c sums || return 1
          cd /opt || return 1
          for layer in $LAYERS; do
            [ "$(<"${layer%=*}/mark")" = "${layer#*=}" ] || { echo "not $layer"; return 1; }
            sha256sum --quiet --strict -c "${layer%=*}/sums" || return 1
          done
        }
        """,
        """if found=$(check 2>&1); then answer="\"$start\""; else answer="\"${found//[^[:alnum:] .:\/=]/ }\""; fi""");

    public static bool FoundItsFiles(RawAnswer answer) => answer.Status == HttpStatusCode.OK && answer.Body is "\"cold\"" or "\"warm\"";

    public static bool WasCold(RawAnswer answer) => answer.Body is "\"cold\"";

    /// <param name="variant">The same number gives the same bytes.</param>
    public static byte[] Layer(string name, int variant)
    {
        Archive zip = new();
        StringBuilder sums = new();
        for (int i = 0; i < FilesPerLayer; i++)
        {
            bool changed = i == variant % FilesPerLayer;
            byte[] content = Bytes(changed ? -variant : i, changed ? FileBytes + 1 + variant : FileBytes);
            zip.File($"{name}/file{i}", content);
            sums.Append($"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}/file{i}\n");
        }

        return zip.File($"{name}/mark", $"{variant}").File($"{name}/sums", sums.ToString()).ToArray();
    }

    public static byte[] Code(int variant)
    {
        byte[] own = Bytes(variant, FileBytes * 4);
        return new Archive()
            .File("bootstrap", Bootstrap, mode: 0x1ED)
            .File("own", own)
            .File("sums", $"{Convert.ToHexStringLower(SHA256.HashData(own))}  own\n")
            .ToArray();
    }

    public static JsonObject CreateRequest(string name, byte[] code, IReadOnlyCollection<StormLayer> layers) => new()
    {
        ["FunctionName"] = name,
        ["Runtime"] = "provided.al2023",
        ["Handler"] = "none",
        ["Role"] = LambdaClientStories.Role,
        ["Timeout"] = 60,
        ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(code) },
        ["Layers"] = ArnsOf(layers),
        ["Environment"] = VariablesOf(layers),
    };

    public static JsonObject ConfigurationRequest(IReadOnlyCollection<StormLayer> layers) => new()
    {
        ["Layers"] = ArnsOf(layers),
        ["Environment"] = VariablesOf(layers),
    };

    private static JsonArray ArnsOf(IEnumerable<StormLayer> layers) => [.. layers.Select(static layer => JsonValue.Create(layer.VersionArn))];

    private static JsonObject VariablesOf(IEnumerable<StormLayer> layers) =>
        new() { ["Variables"] = new JsonObject { ["LAYERS"] = string.Join(' ', layers.Select(static layer => $"{layer.Name}={layer.Variant}")) } };

    private static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>A layer version as the storm knows it.</summary>
internal sealed record StormLayer(string Name, string VersionArn, int Variant)
{
    public string Path => $"/2018-10-31/layers/{Name}/versions/{VersionArn[(VersionArn.LastIndexOf(':') + 1)..]}";
}

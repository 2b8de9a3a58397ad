using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Images;

/// <summary>An image, made of layers and what its configuration says, in every form that images are carried in.</summary>
internal sealed class TestImage
{
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly List<string> _diffIds = [];
    private readonly JsonArray _layers = [];

    public JsonObject Config { get; init; } = [];

    public string Architecture { get; init; } = "amd64";

    public IReadOnlyDictionary<string, byte[]> Blobs => _blobs;

    public byte[] Configuration => Json(new JsonObject
    {
        ["architecture"] = Architecture,
        ["os"] = "linux",
        ["config"] = Config.DeepClone(),
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. _diffIds.Select(static id => (JsonNode)id)]) },
    });

    public byte[] Manifest => Json(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
        ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", Configuration),
        ["layers"] = _layers.DeepClone(),
    });

    public string Digest => DigestOf(Manifest);

    public static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    public TestImage Layer(TarBuilder layer, bool gzip = true)
    {
        byte[] tar = layer.Build();
        byte[] sent = gzip ? TarBuilder.Gzip(tar) : tar;
        _diffIds.Add(DigestOf(tar));
        _blobs[DigestOf(sent)] = sent;
        _layers.Add(Descriptor($"application/vnd.oci.image.layer.v1.tar{(gzip ? "+gzip" : "")}", sent));
        return this;
    }

    public string WriteLayout(string folder)
    {
        foreach ((string path, byte[] content) in LayoutFiles())
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }

        return folder;
    }

    public string WriteOciArchive(string file) => WriteTar(file, LayoutFiles());

    /// <summary>As docker save wrote archives for years: by the layers' names, with no manifest of a registry's kind.</summary>
    public string WriteDockerArchive(string file, string tag)
    {
        string[] names = [.. _layers.Select(static (_, i) => $"{i}/layer.tar")];
        JsonArray list =
        [
            new JsonObject
            {
                ["Config"] = "config.json",
                ["RepoTags"] = new JsonArray(tag),
                ["Layers"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]),
            },
        ];
        return WriteTar(
            file,
            [("manifest.json", Json(list)), ("config.json", Configuration), .. names.Zip(_layers, (name, layer) => (name, _blobs[(string)layer!["digest"]!]))]);
    }

    public static byte[] Json(JsonNode json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());

    public static JsonObject Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = DigestOf(content), ["size"] = content.Length };

    /// <summary>The image behind an index that also names one for another machine and an attestation.</summary>
    private List<(string Path, byte[] Content)> LayoutFiles()
    {
        JsonObject attestation = Descriptor("application/vnd.oci.image.manifest.v1+json", "{}"u8.ToArray());
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = "attestation-manifest" };
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        JsonObject image = Descriptor("application/vnd.oci.image.manifest.v1+json", Manifest);
        image["platform"] = new JsonObject { ["architecture"] = Architecture, ["os"] = "linux" };
        JsonObject other = Descriptor("application/vnd.oci.image.manifest.v1+json", "{}"u8.ToArray());
        other["platform"] = new JsonObject { ["architecture"] = "s390x", ["os"] = "linux" };
        byte[] nested = Json(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(attestation, other, image) });
        byte[] index = Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(Descriptor("application/vnd.oci.image.index.v1+json", nested)),
        });
        return
        [
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), ("index.json", index), (PathOf(nested), nested), (PathOf(Manifest), Manifest),
            (PathOf(Configuration), Configuration), .. _blobs.Values.Select(static blob => (PathOf(blob), blob)),
        ];
    }

    private static string PathOf(byte[] blob) => $"blobs/{DigestOf(blob).Replace(':', '/')}";

    private static string WriteTar(string file, IEnumerable<(string Path, byte[] Content)> files)
    {
        using TarWriter tar = new(File.Create(file));
        foreach ((string path, byte[] content) in files)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        }

        return file;
    }
}

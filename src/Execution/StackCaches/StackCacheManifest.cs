using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Lamina.Execution.StackCaches;

/// <summary>What a cache on disk holds, by which damage is seen.</summary>
internal sealed record StackCacheManifest
{
    public const string FileName = "manifest.json";

    /// <summary>What was loaded for it, as <see cref="StackReport"/> writes it.</summary>
    public required IReadOnlyList<string> Units { get; init; }

    public required IReadOnlyList<StackCacheFile> Files { get; init; }

    [JsonIgnore]
    public long Bytes => Files.Sum(static file => file.SizeBytes);

    /// <param name="folder">What sandboxes are shown.</param>
    public static StackCacheManifest Of(string folder, IReadOnlyList<string> units) => new()
    {
        Units = units,
        Files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => StackCacheFile.Of(folder, Path.GetRelativePath(folder, path))),
        ],
    };

    /// <summary>Every file is there and as it was.</summary>
    public bool IsWhole(string folder) =>
        Files.All(file => file.IsUntouched(folder) && StackCacheFile.DigestOf(Path.Combine(folder, file.Path)) == file.Digest);

    /// <summary>The same as far as a look at each shows, without reading it.</summary>
    public bool LooksWhole(string folder) => Files.All(file => file.IsUntouched(folder));
}

/// <param name="Changed">When it was written, in ticks.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
internal sealed record StackCacheFile(string Path, long SizeBytes, long Changed, string Digest)
{
    public static StackCacheFile Of(string folder, string path)
    {
        FileInfo file = new(System.IO.Path.Combine(folder, path));
        return new StackCacheFile(path, file.Length, file.LastWriteTimeUtc.Ticks, DigestOf(file.FullName));
    }

    public static string DigestOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public bool IsUntouched(string folder) =>
        new FileInfo(System.IO.Path.Combine(folder, Path)) is { Exists: true } file && file.Length == SizeBytes && file.LastWriteTimeUtc.Ticks == Changed;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StackCacheManifest))]
internal sealed partial class StackCacheManifestJson : JsonSerializerContext;

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lamina.Layers.Inspection;

/// <summary>Finds and reads what says which package is installed: METADATA, PKG-INFO and package.json, in the folders that runtimes look at.</summary>
internal static partial class PackageMetadata
{
    // Name and version stand at the beginning of METADATA; the rest is a README of any length. package.json has to be read whole.
    private const int HeaderBytes = 16 * 1024;
    private const int PackageJsonBytes = 1024 * 1024;

    /// <param name="Path">Of the metadata's folder, or of the file where it stands alone.</param>
    internal readonly record struct Place(PackageKind Kind, string Path, string Folder);

    public static Place? PlaceOf(string path)
    {
        if (path.EndsWith("/package.json", StringComparison.Ordinal))
        {
            Match package = NodePackage().Match(path);
            return package.Success ? new Place(PackageKind.NodeJs, path[..path.LastIndexOf('/')], package.Groups["folder"].Value) : null;
        }

        if (!path.EndsWith("/METADATA", StringComparison.Ordinal) && !path.EndsWith("PKG-INFO", StringComparison.Ordinal)
            && !path.EndsWith(".egg-info", StringComparison.Ordinal))
        {
            return null;
        }

        Match distribution = PythonDistribution().Match(path);
        return distribution.Success
            ? new Place(PackageKind.Python, distribution.Groups["path"].Value, distribution.Groups["folder"].Value.TrimEnd('/'))
            : null;
    }

    public static PackageFact? Read(Place place, FileContent content) => place.Kind == PackageKind.Python
        ? ReadHeaders(place, Encoding.UTF8.GetString(Start(content, HeaderBytes)))
        : content.Length <= PackageJsonBytes ? ReadPackageJson(place, Start(content, PackageJsonBytes)) : null;

    // Metadata-Version: 2.1
    // Name: Typing_Extensions
    // Version: 4.12.2
    private static PackageFact? ReadHeaders(Place place, string text)
    {
        string? name = null;
        string? version = null;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty)
            {
                break;
            }

            name ??= Value(line, "Name:");
            version ??= Value(line, "Version:");
        }

        // Names compare without case, and -, _ and . are one (PEP 503).
        return name is null || version is null
            ? null
            : new PackageFact(PackageKind.Python, Separators().Replace(name, "-").ToLowerInvariant(), version, place.Path, place.Folder);
    }

    private static PackageFact? ReadPackageJson(Place place, ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("version", out JsonElement version) && version.ValueKind == JsonValueKind.String
                ? new PackageFact(PackageKind.NodeJs, place.Path[(place.Folder.Length + 1)..], version.GetString()!, place.Path, place.Folder)
                : null;
        }
        catch (JsonException)
        {
            // Node.js says so when it loads it; here it only has no version to compare.
            return null;
        }
    }

    private static ReadOnlySpan<byte> Start(FileContent content, int limit)
    {
        byte[] bytes = new byte[(int)Math.Min(content.Length, limit)];
        return bytes.AsSpan(0, content.Read(0, bytes));
    }

    private static string? Value(ReadOnlySpan<char> line, string key) =>
        line.StartsWith(key, StringComparison.OrdinalIgnoreCase) ? line[key.Length..].Trim().ToString() : null;

    // numpy-1.26.4.dist-info/METADATA, numpy.egg-info/PKG-INFO, EGG-INFO as a file: numpy-1.26.egg-info
    [GeneratedRegex(@"^(?<path>(?<folder>(?:python/(?:lib/python3\.[0-9]+/site-packages/)?)?)[^/]+(?:\.dist-info(?=/METADATA$)|\.egg-info(?=/PKG-INFO$|$)))", RegexOptions.CultureInvariant)]
    private static partial Regex PythonDistribution();

    [GeneratedRegex(@"^(?<folder>(?:nodejs/(?:node[0-9]+/)?)?node_modules)/(?:@[^/]+/)?[^/@][^/]*/package\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex NodePackage();

    [GeneratedRegex("[-_.]+", RegexOptions.CultureInvariant)]
    private static partial Regex Separators();
}

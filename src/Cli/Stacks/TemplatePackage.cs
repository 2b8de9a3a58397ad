using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lamina.Cli.Stacks;

/// <summary>
/// A template whose local parts are on their way to S3, innermost templates first: (1) each part is read or built once and sent once, however
/// often it is named; (2) places in S3 stand where the paths stood.
/// </summary>
internal sealed class TemplatePackage(DeployBucket bucket, ArtifactContent content)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>By path and what a build depends on.</summary>
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    /// <summary>In JSON.</summary>
    public async Task<string> PackAsync(LocalTemplate template, CancellationToken cancellationToken)
    {
        JsonNode packed = template.Answer.Template!.DeepClone();
        foreach (LocalArtifact artifact in template.Answer.Artifacts)
        {
            string key = template.Nested.TryGetValue(artifact, out LocalTemplate? nested)
                ? await bucket.UploadAsync(Encoding.UTF8.GetBytes(await PackAsync(nested, cancellationToken)), ".template", cancellationToken)
                : await KeyOfAsync(artifact, template.PathOf(artifact), cancellationToken); // (1)
            JsonNode parent = artifact.Place.SkipLast(1).Aggregate(packed, static (node, name) =>
                node is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!);
            parent[artifact.Place[^1]] = Location(artifact, key); // (2)
        }

        return Text(packed);
    }

    private async Task<string> KeyOfAsync(LocalArtifact artifact, string path, CancellationToken cancellationToken)
    {
        string identity = content.IsBuilt(artifact, path)
            ? string.Join('\n', path, artifact.LogicalId, artifact.Runtime, artifact.Architecture, artifact.BuildMethod)
            : $"{path}\n{artifact.Kind}";
        if (!_keys.TryGetValue(identity, out string? key))
        {
            string extension = artifact.Kind is LocalArtifact.Code or LocalArtifact.Layer || Directory.Exists(path) ? ".zip" : Path.GetExtension(path);
            key = await bucket.UploadAsync(await content.ReadAsync(artifact, path, cancellationToken), extension, cancellationToken);
            _keys[identity] = key;
        }

        return key;
    }

    private JsonNode Location(LocalArtifact artifact, string key) => artifact.Form switch
    {
        LocalArtifact.CodeLocation => new JsonObject { ["S3Bucket"] = bucket.Name, ["S3Key"] = key },
        LocalArtifact.BucketAndKey => new JsonObject { ["Bucket"] = bucket.Name, ["Key"] = key },
        LocalArtifact.Url => $"https://s3.amazonaws.com/{bucket.Name}/{key}",
        _ => $"s3://{bucket.Name}/{key}",
    };

    private static string Text(JsonNode node)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Writing))
        {
            node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}

using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>A layer version that an import brought, or found.</summary>
internal sealed record ImportedLayer
{
    [JsonPropertyName("layerVersionArn")]
    public required string LayerVersionArn { get; init; }

    /// <summary>Base64, as in Lambda's answers.</summary>
    [JsonPropertyName("codeSha256")]
    public required string CodeSha256 { get; init; }

    [JsonPropertyName("codeSize")]
    public required long CodeSize { get; init; }

    /// <summary>False when it was there already.</summary>
    [JsonPropertyName("isNew")]
    public required bool IsNew { get; init; }
}

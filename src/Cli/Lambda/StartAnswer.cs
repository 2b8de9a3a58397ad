using System.Text.Json.Serialization;

namespace Lamina.Cli.Lambda;

/// <summary>In what a function starts: <c>exact</c>, <c>sandbox</c> or <c>interpreter</c>.</summary>
internal sealed record StartAnswer([property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("why")] string Why)
{
    /// <summary>The path in words.</summary>
    [JsonIgnore]
    public string Words => Path switch
    {
        "interpreter" => "in a sandbox made in advance, its interpreter started",
        "sandbox" => "in a sandbox made in advance",
        _ => "in a sandbox of its own",
    };
}

using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Functions.EventSources;

/// <summary>An event source mapping as the catalog keeps it.</summary>
public sealed record EventSourceMapping
{
    public required string Region { get; init; }

    public required string Account { get; init; }

    public required string FunctionName { get; init; }

    /// <summary>Null when the mapping names the function without one.</summary>
    public required string? Qualifier { get; init; }

    /// <summary>In AWS's own shape: what it says is what every answer says. Its State is the one the mapping comes to rest in.</summary>
    public required EventSourceMappingConfiguration Configuration { get; init; }

    public required IReadOnlyDictionary<string, string>? Tags { get; init; }

    [JsonIgnore]
    public string Uuid => Configuration.UUID!;

    [JsonIgnore]
    public FunctionArn Function => new(Region, AccountId.Parse(Account), FunctionName);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventSourceMapping))]
internal sealed partial class EventSourcesJson : JsonSerializerContext;

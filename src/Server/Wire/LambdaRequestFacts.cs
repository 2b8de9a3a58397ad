using System.Collections.Immutable;
using System.Text.Json;

namespace Lamina.Server.Wire;

/// <summary>What a request's body says that policies may look at. A body that cannot be read says nothing: the operation refuses it.</summary>
internal sealed record LambdaRequestFacts
{
    public static LambdaRequestFacts None { get; } = new();

    public string? FunctionName { get; private init; }

    public string? Role { get; private init; }

    public string? Principal { get; private init; }

    public string? FunctionUrlAuthType { get; private init; }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public string? InvokedViaFunctionUrl { get; private init; }

    public string? CodeSigningConfigArn { get; private init; }

    public ImmutableArray<string> Layers { get; private init; } = [];

    public ImmutableArray<string> SubnetIds { get; private init; } = [];

    public ImmutableArray<string> SecurityGroupIds { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Tags { get; private init; } = ImmutableDictionary<string, string>.Empty;

    public static LambdaRequestFacts Read(ReadOnlySpan<byte> body)
    {
        LambdaRequestFacts facts = None;
        try
        {
            Utf8JsonReader reader = new(body);
            if (body.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return None;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                facts = facts.With(name, ref reader);
            }

            return facts;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>Of a key that is there twice the last one counts, as for the operation itself.</summary>
    private static Dictionary<string, string> TagsOf(JsonElement tags)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (JsonProperty tag in tags.EnumerateObject())
        {
            found[tag.Name] = tag.Value.GetString() ?? "";
        }

        return found;
    }

    private static ImmutableArray<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(static text => text.GetString()!)];

    private LambdaRequestFacts WithNetwork(JsonElement network) => this with
    {
        SubnetIds = network.TryGetProperty(nameof(SubnetIds), out JsonElement subnets) ? Texts(subnets) : [],
        SecurityGroupIds = network.TryGetProperty(nameof(SecurityGroupIds), out JsonElement groups) ? Texts(groups) : [],
    };

    private LambdaRequestFacts With(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "FunctionName":
                return this with { FunctionName = reader.GetString() };
            case "Role":
                return this with { Role = reader.GetString() };
            case "Principal":
                return this with { Principal = reader.GetString() };
            case "FunctionUrlAuthType" or "AuthType":
                return this with { FunctionUrlAuthType = reader.GetString() };
            case "InvokedViaFunctionUrl" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                return this with { InvokedViaFunctionUrl = reader.GetBoolean() ? "true" : "false" };
            case "CodeSigningConfigArn":
                return this with { CodeSigningConfigArn = reader.GetString() };
            case "Layers":
                return this with { Layers = Texts(JsonElement.ParseValue(ref reader)) };
            case "VpcConfig" when reader.TokenType == JsonTokenType.StartObject:
                return WithNetwork(JsonElement.ParseValue(ref reader));
            case "Tags" when reader.TokenType == JsonTokenType.StartObject:
                return this with { Tags = TagsOf(JsonElement.ParseValue(ref reader)) };
            default:
                reader.Skip();
                return this;
        }
    }
}

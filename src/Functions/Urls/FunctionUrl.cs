using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Functions.Urls;

/// <summary>The URL of a function or alias as the catalog keeps it.</summary>
public sealed record FunctionUrl
{
    /// <summary>The invoke mode of a URL that was given none.</summary>
    public const string Buffered = "BUFFERED";

    /// <summary>The first label of its host: 32 lower-case letters and digits, never changed.</summary>
    public required string Id { get; init; }

    public required string Region { get; init; }

    public required string Account { get; init; }

    public required string FunctionName { get; init; }

    /// <summary>An alias; null for the function itself.</summary>
    public required string? Alias { get; init; }

    /// <summary><c>NONE</c> or <c>AWS_IAM</c>.</summary>
    public required string AuthType { get; init; }

    public required UrlCors? Cors { get; init; }

    /// <summary><c>BUFFERED</c> or <c>RESPONSE_STREAM</c>.</summary>
    public required string InvokeMode { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    [JsonIgnore]
    public FunctionArn Function => new(Region, AccountId.Parse(Account), FunctionName);

    [JsonIgnore]
    public string FunctionArn => Alias is null ? Function.ToString() : Function.Qualified(Alias);
}

/// <summary>Which pages of other origins may call the URL. Lists are null when the request did not give them.</summary>
public sealed record UrlCors
{
    public required bool AllowCredentials { get; init; }

    public required IReadOnlyList<string>? AllowHeaders { get; init; }

    public required IReadOnlyList<string>? AllowMethods { get; init; }

    public required IReadOnlyList<string>? AllowOrigins { get; init; }

    public required IReadOnlyList<string>? ExposeHeaders { get; init; }

    public required int? MaxAgeSeconds { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FunctionUrl))]
[JsonSerializable(typeof(FunctionUrlHost))]
internal sealed partial class FunctionUrlsJson : JsonSerializerContext;

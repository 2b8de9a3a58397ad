using System.Collections.Frozen;
using System.Collections.Immutable;
using Lamina.Functions.Urls;

namespace Lamina.Gateway.Apis;

/// <summary>
/// Where APIs come from. An *API* has *routes*, each of which leads to a function, and *stages* in which it can be called. What is found
/// does not change; a changed API is another one at the next look.
/// </summary>
public interface IApiDirectory
{
    /// <summary>Null when there is none of this id in the region.</summary>
    Api? Find(string id, string region);
}

public enum ApiKind
{
    /// <summary>API Gateway's REST API: events of format 1.0.</summary>
    Rest,

    /// <summary>Its HTTP API: events of format 2.0, or of 1.0 where the integration says so.</summary>
    Http,
}

public sealed record Api
{
    public required string Id { get; init; }

    public required string Account { get; init; }

    public required string Region { get; init; }

    public required ApiKind Kind { get; init; }

    public required ImmutableArray<ApiRoute> Routes { get; init; }

    /// <summary>By name; of an HTTP API also <c>$default</c>, which has no part of the path.</summary>
    public required FrozenDictionary<string, ApiStage> Stages { get; init; }

    /// <summary>Of a REST API: content that is handed over in base64. <c>*/*</c>: all.</summary>
    public ImmutableArray<string> BinaryMediaTypes { get; init; } = [];

    /// <summary>Of an HTTP API; null when functions answer preflights themselves.</summary>
    public UrlCors? Cors { get; init; }
}

/// <param name="DeploymentId">Empty where stages deploy themselves.</param>
public sealed record ApiStage(string Name, FrozenDictionary<string, string> Variables, string DeploymentId);

/// <param name="Method">GET and so on, or ANY.</param>
/// <param name="Path"><c>/orders/{id}</c>, <c>/{proxy+}</c>; of an HTTP API also <c>$default</c>, which takes what no other route does.</param>
/// <param name="ResourceId">Of a REST API.</param>
/// <param name="FunctionArn">With a qualifier or without; may have stage variables in it. Null when it does not lead to a function.</param>
/// <param name="PayloadFormat">1.0 or 2.0.</param>
/// <param name="Unserved">What of the route Lamina does not serve: its kind of integration, an authorizer. Null: nothing.</param>
public sealed record ApiRoute(string Method, string Path, string ResourceId, string? FunctionArn, string PayloadFormat, string? Unserved)
{
    /// <summary>What answers instead of a function; null when a function does.</summary>
    public MockIntegration? Mock { get; init; }

    /// <summary>How long the function may take; null: as long as an API of its kind lets it.</summary>
    public TimeSpan? Timeout { get; init; }

    public const string AnyMethod = "ANY";
    public const string Default = "$default";
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Lamina.Contract;
using Lamina.Functions;
using Lamina.Functions.Urls;
using Lamina.Gateway.Apis;
using Lamina.Stacks.Resources.Stored;
using Lamina.Store;

namespace Lamina.Server.Up;

/// <summary>
/// The APIs that stacks have, in the gateway's words: those given as a document and those of resources and methods, or routes and
/// integrations. What stacks say now counts, whichever deployment a stage names.
/// </summary>
internal sealed class StackApis(ICatalog catalog, FunctionDirectory functions) : IApiDirectory
{
    private const string Rest = "AWS::ApiGateway::";
    private const string Http = "AWS::ApiGatewayV2::";

    // An API is put together once for each state of the catalog.
    private readonly ConditionalWeakTable<CatalogSnapshot, ConcurrentDictionary<(string Id, string Region), Api?>> _known = [];

    public Api? Find(string id, string region)
    {
        CatalogSnapshot snapshot = catalog.Current;
        return _known.GetOrCreateValue(snapshot).GetOrAdd((id, region), key => Make(snapshot, key.Id, key.Region));
    }

    /// <summary>An API leads to functions, so the accounts that have functions are those that can have one.</summary>
    private Api? Make(CatalogSnapshot snapshot, string id, string region)
    {
        foreach (AccountId account in functions.ListReady().Select(static function => function.Arn.Account).Distinct())
        {
            if (Of($"{Rest}RestApi").FirstOrDefault(api => api.PhysicalId == id) is { } rest)
            {
                return RestApi(rest);
            }

            if (Of($"{Http}Api").FirstOrDefault(api => api.PhysicalId == id) is { } http)
            {
                return HttpApi(http);
            }

            IEnumerable<StoredResource> Of(string type) => StoredResources.Of(snapshot, account, region, type);
        }

        return null;

        Api RestApi(StoredResource api)
        {
            using JsonDocument properties = JsonDocument.Parse(api.Properties);
            JsonElement? body = Member(properties.RootElement, "Body");
            ImmutableArray<string> binary = [.. Elements(properties.RootElement, "BinaryMediaTypes").Select(static type => type.ToString().Replace("~1", "/", StringComparison.Ordinal))];
            return new Api
            {
                Id = id,
                Account = api.Account,
                Region = region,
                Kind = ApiKind.Rest,
                Routes = body is { } document ? [.. ApiDocument.RoutesOf(document, ApiKind.Rest), .. Methods(snapshot, api)] : [.. Methods(snapshot, api)],
                Stages = RestStages(snapshot, api),
                BinaryMediaTypes = body is { } described ? binary.AddRange(ApiDocument.BinaryMediaTypesOf(described)) : binary,
            };
        }

        Api? HttpApi(StoredResource api)
        {
            using JsonDocument properties = JsonDocument.Parse(api.Properties);
            if (Text(properties.RootElement, "ProtocolType") == "WEBSOCKET")
            {
                return null;
            }

            JsonElement? body = Member(properties.RootElement, "Body");
            UrlCors? cors = Member(properties.RootElement, "CorsConfiguration") is { } configured ? ApiDocument.ReadCors(configured)
                : body is { } described ? ApiDocument.CorsOf(described)
                : null;
            string? target = Text(properties.RootElement, "Target");
            return new Api
            {
                Id = id,
                Account = api.Account,
                Region = region,
                Kind = ApiKind.Http,
                Routes =
                [
                    .. body is { } document ? ApiDocument.RoutesOf(document, ApiKind.Http) : [],
                    .. Routes(snapshot, api),
                    .. target is null ? []
                        : new[] { RouteOf(Text(properties.RootElement, "RouteKey") ?? ApiRoute.Default, "AWS_PROXY", target, "2.0", "", timeout: null) },
                ],
                Stages = HttpStages(snapshot, api, isQuick: target is not null),
                Cors = cors,
            };
        }
    }

    /// <summary>The methods of a REST API that are resources of their own, with the paths that their resources add up to.</summary>
    private static IEnumerable<ApiRoute> Methods(CatalogSnapshot snapshot, StoredResource api)
    {
        Dictionary<string, (string Parent, string Part)> parts = PartsOf(snapshot, api);
        foreach (StoredResource method in Belonging(snapshot, api, $"{Rest}Method", "RestApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(method.Properties);
            JsonElement root = properties.RootElement;
            string resource = Text(root, "ResourceId") ?? "";
            JsonElement integration = Member(root, "Integration") ?? default;
            string? function = ApiDocument.FunctionOf(Text(integration, "Uri"));
            string type = Text(integration, "Type") ?? "";
            MockIntegration? mock = ApiDocument.MockOf(type, integration, out string? unserved);
            yield return new ApiRoute(
                Text(root, "HttpMethod") ?? ApiRoute.AnyMethod,
                PathOf(parts, resource),
                resource,
                function,
                "1.0",
                unserved ?? ApiDocument.Unserved(
                    type, function, Text(root, "AuthorizationType") ?? "", IsTrue(root, "ApiKeyRequired"), mock is not null))
            {
                Mock = mock,
                Timeout = ApiDocument.TimeoutOf(Text(integration, "TimeoutInMillis")),
            };
        }
    }

    /// <summary>Of each resource its parent, and what it adds to that one's path.</summary>
    private static Dictionary<string, (string Parent, string Part)> PartsOf(CatalogSnapshot snapshot, StoredResource api)
    {
        Dictionary<string, (string Parent, string Part)> parts = new(StringComparer.Ordinal);
        foreach (StoredResource resource in Belonging(snapshot, api, $"{Rest}Resource", "RestApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(resource.Properties);
            parts[resource.PhysicalId] = (Text(properties.RootElement, "ParentId") ?? "", Text(properties.RootElement, "PathPart") ?? "");
        }

        return parts;
    }

    private static string PathOf(Dictionary<string, (string Parent, string Part)> parts, string resource)
    {
        string path = "";
        while (path.Length < Limits.ApiPathLength && parts.TryGetValue(resource, out (string Parent, string Part) found))
        {
            (resource, path) = (found.Parent, $"/{found.Part}{path}");
        }

        return path.Length == 0 ? "/" : path;
    }

    private static IEnumerable<ApiRoute> Routes(CatalogSnapshot snapshot, StoredResource api)
    {
        Dictionary<string, (string Type, string? Uri, string Format, string? Timeout)> integrations = new(StringComparer.Ordinal);
        foreach (StoredResource integration in Belonging(snapshot, api, $"{Http}Integration", "ApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(integration.Properties);
            JsonElement root = properties.RootElement;
            integrations[integration.PhysicalId] = (
                Text(root, "IntegrationType") ?? "", Text(root, "IntegrationUri"), Text(root, "PayloadFormatVersion") ?? "1.0", Text(root, "TimeoutInMillis"));
        }

        foreach (StoredResource route in Belonging(snapshot, api, $"{Http}Route", "ApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(route.Properties);
            JsonElement root = properties.RootElement;
            string target = (Text(root, "Target") ?? "").Split('/')[^1];
            (string type, string? uri, string format, string? timeout) = integrations.GetValueOrDefault(target, ("", null, "2.0", null));
            yield return RouteOf(Text(root, "RouteKey") ?? "", type, uri, format, Text(root, "AuthorizationType") ?? "", timeout);
        }
    }

    /// <param name="key"><c>GET /orders/{id}</c> or <c>$default</c>.</param>
    /// <param name="timeout">In milliseconds.</param>
    private static ApiRoute RouteOf(string key, string type, string? uri, string format, string authorization, string? timeout)
    {
        string? function = ApiDocument.FunctionOf(uri);
        string[] parts = key.Split(' ', 2);
        return new ApiRoute(
            parts.Length == 2 ? parts[0] : ApiRoute.AnyMethod,
            parts[^1],
            "",
            function,
            format,
            ApiDocument.Unserved(type, function, authorization, needsApiKey: false, isMock: false))
        {
            Timeout = ApiDocument.TimeoutOf(timeout),
        };
    }

    private static FrozenDictionary<string, ApiStage> RestStages(CatalogSnapshot snapshot, StoredResource api)
    {
        Dictionary<string, ApiStage> stages = new(StringComparer.Ordinal);
        foreach (StoredResource deployment in Belonging(snapshot, api, $"{Rest}Deployment", "RestApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(deployment.Properties);
            if (Text(properties.RootElement, "StageName") is { } name)
            {
                JsonElement description = Member(properties.RootElement, "StageDescription") ?? default;
                stages[name] = new ApiStage(name, Variables(description, "Variables"), deployment.PhysicalId);
            }
        }

        foreach (StoredResource stage in Belonging(snapshot, api, $"{Rest}Stage", "RestApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(stage.Properties);
            string name = Text(properties.RootElement, "StageName") ?? "";
            stages[name] = new ApiStage(name, Variables(properties.RootElement, "Variables"), Text(properties.RootElement, "DeploymentId") ?? "");
        }

        return stages.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <param name="isQuick">The API names its function itself, and has a stage without being given one.</param>
    private static FrozenDictionary<string, ApiStage> HttpStages(CatalogSnapshot snapshot, StoredResource api, bool isQuick)
    {
        Dictionary<string, ApiStage> stages = new(StringComparer.Ordinal);
        if (isQuick)
        {
            stages[ApiRoute.Default] = new ApiStage(ApiRoute.Default, FrozenDictionary<string, string>.Empty, "");
        }

        foreach (StoredResource stage in Belonging(snapshot, api, $"{Http}Stage", "ApiId"))
        {
            using JsonDocument properties = JsonDocument.Parse(stage.Properties);
            string name = Text(properties.RootElement, "StageName") ?? "";
            stages[name] = new ApiStage(name, Variables(properties.RootElement, "StageVariables"), Text(properties.RootElement, "DeploymentId") ?? "");
        }

        return stages.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<StoredResource> Belonging(CatalogSnapshot snapshot, StoredResource api, string type, string member) =>
        StoredResources.Of(snapshot, AccountId.Parse(api.Account), api.Region, type).Where(resource =>
        {
            using JsonDocument properties = JsonDocument.Parse(resource.Properties);
            return Text(properties.RootElement, member) == api.PhysicalId;
        });

    private static FrozenDictionary<string, string> Variables(JsonElement properties, string name) =>
        Member(properties, name) is { ValueKind: JsonValueKind.Object } variables
        ? variables.EnumerateObject().ToFrozenDictionary(static variable => variable.Name, static variable => variable.Value.ToString(), StringComparer.Ordinal)
        : FrozenDictionary<string, string>.Empty;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static string? Text(JsonElement element, string name) => Member(element, name)?.ToString();

    private static bool IsTrue(JsonElement element, string name) => string.Equals(Text(element, name), "true", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<JsonElement> Elements(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lamina.Functions.Urls;

namespace Lamina.Gateway.Apis;

/// <summary>
/// Reads an API's OpenAPI or Swagger document with API Gateway's extensions:
/// <c>{"paths":{"/a/{id}":{"get":{"x-amazon-apigateway-integration":{"type":"aws_proxy","uri":"arn:aws:apigateway:…/invocations"}}}}}</c>
/// </summary>
public static partial class ApiDocument
{
    private const string Integration = "x-amazon-apigateway-integration";

    private static readonly ImmutableArray<string> Methods = ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];

    public static ImmutableArray<ApiRoute> RoutesOf(JsonElement document, ApiKind kind)
    {
        ImmutableArray<ApiRoute>.Builder routes = ImmutableArray.CreateBuilder<ApiRoute>();
        bool signed = document.TryGetProperty("security", out JsonElement all) && Names(all).Length > 0;
        foreach (JsonProperty path in Members(document, "paths"))
        {
            foreach (JsonProperty method in path.Value.EnumerateObject().Where(static member => Methods.Contains(member.Name.ToLowerInvariant())))
            {
                routes.Add(RouteOf(kind, path.Name, method, signed));
            }
        }

        return routes.ToImmutable();
    }

    public static ImmutableArray<string> BinaryMediaTypesOf(JsonElement document) =>
        document.TryGetProperty("x-amazon-apigateway-binary-media-types", out JsonElement types) && types.ValueKind == JsonValueKind.Array
            ? [.. types.EnumerateArray().Select(static type => type.GetString()!.Replace("~1", "/", StringComparison.Ordinal))]
            : [];

    /// <summary>Of an HTTP API; null when it has none.</summary>
    public static UrlCors? CorsOf(JsonElement document) =>
        document.TryGetProperty("x-amazon-apigateway-cors", out JsonElement cors) && cors.ValueKind == JsonValueKind.Object ? ReadCors(cors) : null;

    /// <summary>As documents have it, and, but for the casing of its members, templates.</summary>
    public static UrlCors ReadCors(JsonElement cors)
    {
        Dictionary<string, JsonElement> members = cors.EnumerateObject().ToDictionary(
            static member => member.Name, static member => member.Value, StringComparer.OrdinalIgnoreCase);
        IReadOnlyList<string>? Texts(string name) =>
            members.TryGetValue(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(static item => item.ToString())]
                : null;
        return new UrlCors
        {
            AllowCredentials = members.TryGetValue("allowCredentials", out JsonElement credentials) && IsTrue(credentials),
            AllowHeaders = Texts("allowHeaders"),
            AllowMethods = Texts("allowMethods"),
            AllowOrigins = Texts("allowOrigins"),
            ExposeHeaders = Texts("exposeHeaders"),
            MaxAgeSeconds = members.TryGetValue("maxAge", out JsonElement age) && int.TryParse(age.ToString(), out int seconds) ? seconds : null,
        };
    }

    /// <summary>The ARN of the function that an integration's URI names; it may have stage variables in it. Null when it names none.</summary>
    public static string? FunctionOf(string? uri)
    {
        Match match = InvocationUri().Match(uri ?? "");
        return match.Success ? match.Groups["function"].Value
            : uri?.Contains(":lambda:", StringComparison.Ordinal) == true && uri.Contains(":function:", StringComparison.Ordinal) ? uri
            : null;
    }

    /// <summary>What of a route is not served; null: all is.</summary>
    /// <param name="integration">aws_proxy, mock and so on, in any casing; empty: none.</param>
    /// <param name="authorization">NONE, AWS_IAM, CUSTOM, JWT…</param>
    /// <param name="isMock">It answers by itself.</param>
    public static string? Unserved(string integration, string? functionArn, string authorization, bool needsApiKey, bool isMock) =>
        !isMock && (!integration.Equals("aws_proxy", StringComparison.OrdinalIgnoreCase) || functionArn is null)
            ? $"integrations of type {(integration.Length == 0 ? "none" : integration.ToUpperInvariant())}; AWS_PROXY with a function is"
        : authorization is not ("" or "NONE") ? $"routes with the authorization {authorization}"
        : needsApiKey ? "routes that need an API key"
        : null;

    /// <summary>The integration of a REST API's method, where it is one that answers by itself.</summary>
    /// <param name="unserved">What of it is not served; null: all is, or it is none.</param>
    public static MockIntegration? MockOf(string type, JsonElement integration, out string? unserved)
    {
        unserved = null;
        return type.Equals("mock", StringComparison.OrdinalIgnoreCase) ? MockIntegration.Read(integration, out unserved) : null;
    }

    /// <summary>How long an integration may take, in milliseconds; null where it does not say.</summary>
    public static TimeSpan? TimeoutOf(string? milliseconds) =>
        int.TryParse(milliseconds, CultureInfo.InvariantCulture, out int given) && given > 0 ? TimeSpan.FromMilliseconds(given) : null;

    private static ApiRoute RouteOf(ApiKind kind, string path, JsonProperty method, bool signed)
    {
        JsonElement integration = method.Value.TryGetProperty(Integration, out JsonElement found) ? found : default;
        string type = Text(integration, "type") ?? "";
        string? function = FunctionOf(Text(integration, "uri"));
        string[] security = method.Value.TryGetProperty("security", out JsonElement own) ? Names(own) : signed ? ["security"] : [];
        bool needsKey = security.Contains("api_key");
        string authorization = security.FirstOrDefault(static name => name is not ("api_key" or "NONE")) ?? "";
        string? unservedMock = null;
        MockIntegration? mock = kind == ApiKind.Rest ? MockOf(type, integration, out unservedMock) : null;
        bool isAny = method.Name.StartsWith("x-amazon", StringComparison.OrdinalIgnoreCase);
        return new ApiRoute(
            isAny ? ApiRoute.AnyMethod : method.Name.ToUpperInvariant(),
            path is "$default" or "/$default" ? ApiRoute.Default : path,
            "",
            function,
            Text(integration, "payloadFormatVersion") ?? (kind == ApiKind.Rest ? "1.0" : "2.0"),
            unservedMock ?? Unserved(type, function, authorization, needsKey, mock is not null))
        {
            Mock = mock,
            Timeout = TimeoutOf(Text(integration, "timeoutInMillis")),
        };
    }

    private static string[] Names(JsonElement security) => security.ValueKind != JsonValueKind.Array ? [] :
    [
        .. security.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object)
            .SelectMany(static item => item.EnumerateObject()).Select(static item => item.Name),
    ];

    private static IEnumerable<JsonProperty> Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement found) && found.ValueKind == JsonValueKind.Object
            ? found.EnumerateObject().Where(static member => member.Value.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    // Templates have booleans as text now and then.
    private static bool IsTrue(JsonElement value) =>
        value.ValueKind == JsonValueKind.True || value.ToString().Equals("true", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@":lambda:path/+\d{4}-\d{2}-\d{2}/functions/(?<function>.+)/invocations\z", RegexOptions.CultureInvariant)]
    private static partial Regex InvocationUri();
}

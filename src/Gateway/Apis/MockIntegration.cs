using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lamina.Gateway.Apis;

/// <summary>
/// A REST API's integration that answers by itself (mock integrations, API Gateway Developer Guide): the request template gives a status
/// code, by which one of the responses is chosen. Served are templates that are mere text, and headers that are given word by word:
/// <c>{"requestTemplates":{"application/json":"{\"statusCode\":200}"},"responses":{"default":{"statusCode":"200","responseParameters":{"method.response.header.Allow":"'GET'"}}}}</c>
/// </summary>
public sealed partial class MockIntegration
{
    internal const string Json = "application/json";
    private const string HeaderPrefix = "method.response.header.";

    private readonly FrozenDictionary<string, string> _requestTemplates;
    private readonly string _passthrough;
    private readonly ImmutableArray<MockResponse> _responses;

    private MockIntegration(FrozenDictionary<string, string> requestTemplates, string passthrough, ImmutableArray<MockResponse> responses)
    {
        _requestTemplates = requestTemplates;
        _passthrough = passthrough;
        _responses = responses;
    }

    /// <summary>Reads an integration of a document, or of a template's method, whose members begin with capitals.</summary>
    /// <param name="unserved">What of it is not served; null: all is.</param>
    internal static MockIntegration Read(JsonElement integration, out string? unserved)
    {
        FrozenDictionary<string, string> templates = Texts(Member(integration, "requestTemplates"));
        ImmutableArray<MockResponse> responses = [.. ResponsesOf(integration)];
        unserved = templates.Values.Concat(responses.SelectMany(static response => response.Templates.Values)).Any(static text => Directive().IsMatch(text))
            ? "mapping templates with variables or directives"
            : responses.SelectMany(static response => response.Headers).FirstOrDefault(static header => !IsLiteral(header.Value)) is { Key: not null } mapped
            ? $"the mapping expression {mapped.Value}"
            : null;
        return new MockIntegration(templates, Text(integration, "passthroughBehavior") ?? "WHEN_NO_MATCH", responses);
    }

    /// <summary>The answer to a request; null where API Gateway finds none, which is an error of the API's configuration.</summary>
    /// <param name="contentType">Of the request; null: it names none.</param>
    /// <param name="accepts">Whether a template takes content of the request's type.</param>
    internal MockResponse? AnswerTo(string? contentType, ReadOnlySpan<byte> body, out bool accepts)
    {
        string type = (contentType ?? Json).Split(';')[0].Trim().ToLowerInvariant();
        string? template = _requestTemplates.GetValueOrDefault(type);
        accepts = template is not null || !(_passthrough == "NEVER" || (_passthrough == "WHEN_NO_TEMPLATES" && _requestTemplates.Count > 0));
        Match status = StatusCode().Match(template ?? Encoding.UTF8.GetString(body));
        return accepts && status.Success ? ResponseFor(status.Groups["code"].Value) : null;
    }

    private MockResponse? ResponseFor(string code) =>
        _responses.FirstOrDefault(response => response.Pattern is { Length: > 0 } pattern && pattern != "default" && Matches(pattern, code))
        ?? _responses.FirstOrDefault(static response => response.Pattern is null or "" or "default");

    private static bool Matches(string pattern, string code)
    {
        try
        {
            return Regex.IsMatch(code, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static IEnumerable<MockResponse> ResponsesOf(JsonElement integration)
    {
        if (Member(integration, "integrationResponses") is { ValueKind: JsonValueKind.Array } list)
        {
            return list.EnumerateArray().Select(static response => ResponseOf(Text(response, "selectionPattern"), response));
        }

        return Member(integration, "responses") is { ValueKind: JsonValueKind.Object } map
            ? map.EnumerateObject().Select(static response => ResponseOf(response.Name, response.Value)) : [];
    }

    private static MockResponse ResponseOf(string? pattern, JsonElement response) => new(
        pattern,
        int.TryParse(Text(response, "statusCode"), NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : 200,
        [
            .. Texts(Member(response, "responseParameters")).Where(static parameter => parameter.Key.StartsWith(HeaderPrefix, StringComparison.Ordinal))
                .Select(static parameter => KeyValuePair.Create(parameter.Key[HeaderPrefix.Length..], parameter.Value)),
        ],
        Texts(Member(response, "responseTemplates")));

    private static bool IsLiteral(string expression) => expression is ['\'', .., '\''];

    private static FrozenDictionary<string, string> Texts(JsonElement map) => map.ValueKind == JsonValueKind.Object
        ? map.EnumerateObject().ToFrozenDictionary(static member => member.Name, static member => member.Value.ToString(), StringComparer.OrdinalIgnoreCase)
        : FrozenDictionary<string, string>.Empty;

    private static JsonElement Member(JsonElement owner, string name) => owner.ValueKind != JsonValueKind.Object ? default
        : owner.EnumerateObject().FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Text(JsonElement owner, string name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value ? value.ToString() : null;

    // API Gateway takes what is nearly JSON as well: { statusCode: 204 }.
    [GeneratedRegex(@"[""']?statusCode[""']?\s*:\s*[""']?(?<code>\d{3})\b", RegexOptions.CultureInvariant)]
    private static partial Regex StatusCode();

    [GeneratedRegex(@"\$[!{A-Za-z]|#[#{A-Za-z]", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}

/// <param name="Pattern">Which status codes it is for; null, empty or <c>default</c>: those that no other is for.</param>
/// <param name="Headers">Values as the integration has them, in single quotes.</param>
/// <param name="Templates">By content type.</param>
internal sealed record MockResponse(
    string? Pattern, int Status, ImmutableArray<KeyValuePair<string, string>> Headers, FrozenDictionary<string, string> Templates)
{
    /// <summary>What is sent, as a function would have said it.</summary>
    public UrlResponse ToResponse()
    {
        (string type, string? body) = Templates.TryGetValue(MockIntegration.Json, out string? json) ? (MockIntegration.Json, json)
            : Templates.FirstOrDefault() is { Key: { } other, Value: var text } ? (other, text)
            : (MockIntegration.Json, null);
        KeyValuePair<string, string>[] headers = [.. Headers.Select(static header => KeyValuePair.Create(header.Key, header.Value[1..^1]))];
        bool hasType = Array.Exists(headers, static header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase));
        return new UrlResponse(
            Status, hasType ? headers : [.. headers, KeyValuePair.Create("Content-Type", type)], Encoding.UTF8.GetBytes(body ?? ""));
    }
}

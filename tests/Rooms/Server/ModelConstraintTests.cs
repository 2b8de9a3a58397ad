using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lamina.Contract.Lambda;

namespace Lamina.Rooms.Tests.Server;

/// <summary>
/// Walks AWS's model, as facts in lambda-constraints.json, and breaks each constraint of each served operation once, over HTTP.
/// The texts are composed here from what AWS was recorded to answer; the product's own wording is not asked.
/// </summary>
public sealed partial class ModelConstraintTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    // What fits a request line beside everything else; longer values go in bodies only.
    private const int LongestOutsideTheBody = 4_000;

    private static readonly JsonArray Table =
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Server", "lambda-constraints.json")))!.AsArray();

    private static readonly string[] Strange = ["!", "?*", "\u00e9", "a b", "a\nb", "*", "-", "$", "x", "arn:x"];

    public static TheoryData<string> Operations => [.. Table.Select(static operation => (string)operation!["operation"]!)];

    [Fact]
    public void The_table_has_every_served_operation() => Assert.Equal(
        LambdaRoutes.All.Where(static route => route.Served).Select(static route => route.Name), Table.Select(static entry => (string?)entry!["operation"]));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Each_constraint_of_the_model_is_refused_in_AWSs_words(string name)
    {
        JsonNode operation = Table.First(entry => (string?)entry!["operation"] == name)!;
        List<string> wrong = [];
        foreach (JsonNode? member in operation["members"]!.AsArray())
        {
            foreach (Violation violation in Violations(member!))
            {
                Reply reply = await SendAsync(operation, member!, violation.Value);
                string message = reply.Status == HttpStatusCode.BadRequest ? (string?)reply.Json["message"] ?? "" : reply.Text;
                if (!message.Contains(violation.Text, StringComparison.Ordinal) || !Beginning().IsMatch(message))
                {
                    wrong.Add($"{member!["path"]}: expected … {violation.Text} … but got {(int)reply.Status} {message}");
                }
            }
        }

        Assert.Equal("", string.Join("\n", wrong));
    }

    /// <summary>Values that break one constraint each, with the text that AWS gives it.</summary>
    private static IEnumerable<Violation> Violations(JsonNode member)
    {
        string path = string.Join('.', ((string)member["path"]!).Split('.').Select(static part => char.ToLowerInvariant(part[0]) + part[1..]));
        bool body = (string?)member["in"] == "Body";
        bool sensitive = (bool?)member["sensitive"] == true;
        Violation Of(JsonNode? value, string printed, string wording) =>
            new(value, $"Value {(sensitive ? "" : $"'{printed}' ")}at '{path}' failed to satisfy constraint: {wording}");

        if (body && (bool)member["required"]!)
        {
            yield return new(null, $"Value null at '{path}' failed to satisfy constraint: Member must not be null");
        }

        double? max = (double?)member["max"];
        double? min = (double?)member["min"];
        switch ((string)member["type"]!)
        {
            case "string":
                foreach ((string text, string wording) in BadTexts(member, max, min, body))
                {
                    yield return Of(text, text, wording);
                }

                break;
            case "integer" or "long" when max is { } most:
                yield return Of((long)most + 1, Number((long)most + 1), $"Member must have value less than or equal to {Number((long)most)}");
                break;
            case "list" when max is { } most && member["element"] is { } element && (string?)element["type"] == "string":
                string[] items = [.. Enumerable.Repeat((string?)element["printed"] is { } set ? set.Trim('[', ']').Split(", ")[0] : "a", (int)most + 1)];
                yield return Of(
                    new JsonArray([.. items.Select(static item => JsonValue.Create(item))]),
                    $"[{string.Join(", ", items)}]",
                    $"Member must have length less than or equal to {Number((long)most)}");
                break;
        }

        if ((string)member["type"]! is "integer" or "long" && min is { } least)
        {
            yield return Of((long)least - 1, Number((long)least - 1), $"Member must have value greater than or equal to {Number((long)least)}");
        }
    }

    private static IEnumerable<(string Text, string Wording)> BadTexts(JsonNode member, double? max, double? min, bool body)
    {
        if (max is { } most && (body || most < LongestOutsideTheBody))
        {
            yield return (new string('a', (int)most + 1), $"Member must have length less than or equal to {Number((long)most)}");
        }

        if (min >= 1 && body)
        {
            yield return ("", $"Member must have length greater than or equal to {Number((long)min)}");
        }

        if ((string?)member["printed"] is { } printed)
        {
            yield return ("of-no-set", $"Member must satisfy enum value set: {printed}");
        }
        else if ((string?)member["pattern"] is { } pattern
            && Strange.Where(text => body || !text.Contains('\n', StringComparison.Ordinal)).FirstOrDefault(text => !Matches(text, pattern)) is { } strange)
        {
            yield return (strange, $"Member must satisfy regular expression pattern: {pattern}");
        }
    }

    private static bool Matches(string text, string pattern) =>
        Regex.IsMatch(text, $"\\A(?:{pattern})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private Task<Reply> SendAsync(JsonNode operation, JsonNode broken, JsonNode? value)
    {
        string target = (string)operation["template"]!;
        List<(string Name, string Value)> headers = [("Authorization", ServedHouse.SignedBy("000000000000", "us-east-1", "lambda"))];
        string separator = target.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        foreach (JsonNode? member in operation["members"]!.AsArray())
        {
            string text = ReferenceEquals(member, broken) && value is not null ? value.ToString() : "1";
            switch ((string)member!["in"]!)
            {
                case "Uri":
                    target = target.Replace($"{{{member["wire"]}}}", Uri.EscapeDataString(text), StringComparison.Ordinal)
                        .Replace($"{{{member["wire"]}+}}", Uri.EscapeDataString(text), StringComparison.Ordinal);
                    break;
                case "Query" when ReferenceEquals(member, broken):
                    target += $"{separator}{member["wire"]}={Uri.EscapeDataString(text)}";
                    break;
                case "Header" when ReferenceEquals(member, broken):
                    headers.Add(((string)member["wire"]!, text));
                    break;
            }
        }

        string method = (string)operation["method"]!;
        HttpContent? content = method is "POST" or "PUT" ? ServedHouse.Json(Body(broken, value)) : null;
        return house.SendAsync(new HttpMethod(method), target, content, [.. headers]);
    }

    /// <summary>Only the broken member, with the structures on the way to it; null leaves the member out.</summary>
    private static string Body(JsonNode broken, JsonNode? value)
    {
        JsonObject body = [];
        if ((string?)broken["in"] != "Body")
        {
            return body.ToJsonString();
        }

        string[] path = ((string)broken["path"]!).Split('.');
        JsonObject at = body;
        foreach (string part in path[..^1])
        {
            at = (JsonObject)(at[part] = new JsonObject());
        }

        if (value is not null)
        {
            at[path[^1]] = value.DeepClone();
        }

        return body.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[1-9]\d* validation errors? detected: ")]
    private static partial Regex Beginning();

    private sealed record Violation(JsonNode? Value, string Text);
}

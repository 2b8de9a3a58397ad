using System.Text;
using System.Text.Json;
using Lamina.Companions.Ssm;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.Ssm;

/// <summary>What Parameter Store's operations read and write alike.</summary>
internal static class SsmAnswers
{
    /// <summary>A parameter as the Get operations answer it.</summary>
    public static void WriteValue(Utf8JsonWriter json, FoundParameter found)
    {
        json.WriteStartObject();
        json.WriteString("ARN", found.Parameter.Arn);
        json.WriteString("DataType", found.Version.DataType);
        WriteDate(json, found.Version);
        json.WriteString("Name", found.Parameter.Name);
        WriteUnlessNull(json, "Selector", found.Selector);
        json.WriteString("Type", found.Version.Type);
        json.WriteString("Value", found.Value);
        json.WriteNumber("Version", found.Version.Version);
        json.WriteEndObject();
    }

    /// <summary>What DescribeParameters and GetParameterHistory say of a version besides its value.</summary>
    public static void WriteMetadata(Utf8JsonWriter json, ParameterVersion version)
    {
        json.WriteString("Name", version.Name);
        json.WriteString("Type", version.Type);
        WriteUnlessNull(json, "KeyId", version.KeyId);
        WriteDate(json, version);
        json.WriteString("LastModifiedUser", version.LastModifiedUser);
        WriteUnlessNull(json, "Description", version.Description);
        WriteUnlessNull(json, "AllowedPattern", version.AllowedPattern);
        json.WriteNumber("Version", version.Version);
        json.WriteString("Tier", version.Tier);
        json.WriteStartArray("Policies");
        json.WriteEndArray();
        json.WriteString("DataType", version.DataType);
    }

    /// <summary>One page of parameters. Its token is what ended it.</summary>
    /// <param name="rest">What comes after the page before.</param>
    public static JsonResult Page(
        JsonCall call, int mostPerPage, IEnumerable<FoundParameter> rest, Func<FoundParameter, string> tokenOf, Action<Utf8JsonWriter, FoundParameter> write)
    {
        int limit = call.Request.Integer("MaxResults") ?? mostPerPage;
        FoundParameter[] page = [.. rest.Take(limit + 1)];
        return new JsonResult(json =>
        {
            json.WriteStartArray("Parameters");
            foreach (FoundParameter found in page.Take(limit))
            {
                write(json, found);
            }

            json.WriteEndArray();
            if (page.Length > limit)
            {
                json.WriteString("NextToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(tokenOf(page[limit - 1]))));
            }
        });
    }

    /// <summary>What ended the page before; null on the first.</summary>
    public static string? AfterOf(JsonCall call)
    {
        string? token = call.Request.Text("NextToken");
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw SsmErrors.InvalidToken();
        }
    }

    public static IReadOnlyList<ParameterFilter> FiltersOf(JsonCall call) =>
    [
        .. (call.Request.Structures("ParameterFilters") ?? []).Select(static filter =>
            new ParameterFilter(filter.RequiredText("Key"), filter.Text("Option"), filter.Texts("Values") ?? [])),
    ];

    /// <summary>Of members that are a list of keys with values. A key that is there twice counts once, as the last says.</summary>
    public static Dictionary<string, string> TagsOf(JsonRequest request)
    {
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        foreach (JsonRequest tag in request.Structures("Tags") ?? [])
        {
            tags[tag.RequiredText("Key")] = tag.RequiredText("Value");
        }

        return tags;
    }

    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteUnlessNull(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteDate(Utf8JsonWriter json, ParameterVersion version) => json.WriteNumber("LastModifiedDate", version.LastModified / 1000m);
}

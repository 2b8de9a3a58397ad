using System.Text.RegularExpressions;
using Lamina.Stacks.Sam.Faults;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Sam;

/// <summary>Where something lies in S3: <c>s3://bucket/key?versionId=version</c>, or a map.</summary>
internal static partial class S3Location
{
    private const string UriForm = "is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter.";

    /// <summary>The document of an API or a state machine: Bucket, Key, Version.</summary>
    /// <exception cref="SamResourceException">No bucket or key.</exception>
    public static TemplateMap OfDefinition(TemplateNode uri, string logicalId, bool python27)
    {
        TemplateMap found = uri as TemplateMap ?? Parse(uri) ?? throw Fault(logicalId, "DefinitionUri", UriForm, uri);
        RequireKeys(found, logicalId, "DefinitionUri", uri);
        TemplateMap location = new(python27);
        location.Set("Bucket", found["Bucket"]);
        location.Set("Key", found["Key"]);
        if (found.Has("Version"))
        {
            location.Set("Version", found["Version"]);
        }

        return location;
    }

    /// <summary>The code of a function or the content of a layer, in Lambda's words: S3Bucket, S3Key, S3ObjectVersion.</summary>
    /// <exception cref="SamResourceException">No bucket or key.</exception>
    public static TemplateMap OfCode(TemplateNode? uri, string logicalId, string property)
    {
        TemplateMap found;
        switch (uri)
        {
            case TemplateMap map:
                RequireKeys(map, logicalId, property, uri);
                found = map;
                break;
            case TemplateText text:
                Match reference = DynamicReference().Match(text.Value);
                if (reference.Success && reference.Value.Contains('/', StringComparison.Ordinal))
                {
                    throw new SamResourceException(
                        logicalId,
                        $"Unsupported dynamic reference detected in '{property}'. Please consider using alternative 'FunctionCode' object format.", property);
                }

                found = Parse(uri) ?? throw Fault(logicalId, property, UriForm, uri);
                break;
            default:
                throw new SamResourceException(logicalId, $"'{property}' must be of type dict or string.", property, uri?.Position ?? default);
        }

        TemplateMap code = new();
        code.Set("S3Bucket", found["Bucket"]);
        code.Set("S3Key", found["Key"]);
        if (found.Has("Version"))
        {
            code.Set("S3ObjectVersion", found["Version"]);
        }

        return code;
    }

    private static void RequireKeys(TemplateMap map, string logicalId, string property, TemplateNode uri)
    {
        if (map["Bucket"] is not { IsTruthy: true } || map["Key"] is not { IsTruthy: true })
        {
            throw Fault(logicalId, property, "requires Bucket and Key properties to be specified.", uri);
        }
    }

    private static SamResourceException Fault(string logicalId, string property, string what, TemplateNode uri) =>
        new(logicalId, $"'{property}' {what}", property, uri.Position);

    private static TemplateMap? Parse(TemplateNode uri)
    {
        if (uri is not TemplateText text || Uri().Match(text.Value) is not { Success: true } match)
        {
            return null;
        }

        string key = match.Groups["key"].Value.TrimStart('/');
        TemplateMap location = new()
        {
            ["Bucket"] = new TemplateText(match.Groups["bucket"].Value, text.IsUnicode),
            ["Key"] = new TemplateText(key, text.IsUnicode),
        };
        string[] versions = [.. match.Groups["query"].Value.Split('&').Where(static pair => pair.StartsWith("versionId=", StringComparison.Ordinal))
            .Select(static pair => System.Uri.UnescapeDataString(pair["versionId=".Length..].Replace('+', ' '))).Where(static version => version.Length > 0)];
        if (versions.Length == 1)
        {
            location["Version"] = new TemplateText(versions[0], text.IsUnicode);
        }

        return location;
    }

    [GeneratedRegex(@"\A[sS]3://(?<bucket>[^/?#]+)(?<key>/[^?#]*)(?:\?(?<query>[^#]*))?(?:#.*)?\z", RegexOptions.Singleline)]
    private static partial Regex Uri();

    [GeneratedRegex(@"{{resolve:(ssm|ssm-secure|secretsmanager):[a-zA-Z0-9_.\-/]+(:\d+)?}}")]
    private static partial Regex DynamicReference();
}

using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Lamina.Cli.Lambda;

/// <summary>A service's refusal: status, code and message as AWS words them, Lambda in JSON, CloudFormation and S3 in XML.</summary>
internal static class LambdaError
{
    public const string NotFound = "ResourceNotFoundException";

    private const string CodeKey = "code";

    public static bool Is(CliError error, string code) => code.Equals(error.Data[CodeKey] as string, StringComparison.Ordinal);

    public static async Task<CliError> FromAsync(
        HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        XElement? xml = Xml(response, body);
        string code = Text(xml, "Code") ?? (response.Headers.TryGetValues("x-amzn-ErrorType", out IEnumerable<string>? types)
            ? types.First().Split(':')[0]
            : $"HTTP {(int)response.StatusCode}");
        var error = new CliError(
            $"{Text(xml, "Message") ?? Message(body) ?? response.ReasonPhrase} ({code})",
            $"{Wire.What(request)} answered {(int)response.StatusCode}",
            Fix(code, request.RequestUri!.AbsolutePath));
        error.Data[CodeKey] = code;
        return error;
    }

    private static string? Fix(string code, string path) => code switch
    {
        NotFound when path.Contains("/layers", StringComparison.Ordinal) => "See what there is with `lamina layer list`.",
        NotFound => "See what there is with `lamina function list`.",
        "ResourceConflictException" => "Wait for the update in progress, or choose another name.",
        "RequestEntityTooLargeException" => "Make the archive smaller, or split it into layers.",
        "TooManyRequestsException" => "Try again in a moment.",
        "ServiceException" => "The server's log says more.",
        _ => null,
    };

    private static XElement? Xml(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("/xml", StringComparison.Ordinal) != true)
        {
            return null;
        }

        try
        {
            using var text = new MemoryStream(body);
            return XElement.Load(text);
        }
        catch (XmlException)
        {
            // HEAD has no body; and not every proxy's page is XML.
            return null;
        }
    }

    private static string? Text(XElement? error, string name) =>
        error?.DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>AWS writes the text as <c>message</c> or <c>Message</c>, depending on the error.</summary>
    private static string? Message(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && (root.TryGetProperty("message", out JsonElement text) || root.TryGetProperty("Message", out text)))
            {
                return text.GetString();
            }
        }
        catch (JsonException)
        {
            // Not Lambda's answer (a proxy's page, say): the status line says what there is to say.
        }

        return null;
    }
}

using System.Text.Json;

namespace Lamina.Cli.Lambda;

/// <summary>Lambda's own refusal: status, code and message as AWS words them.</summary>
internal static class LambdaError
{
    public const string NotFound = "ResourceNotFoundException";

    private const string CodeKey = "code";

    public static bool Is(CliError error, string code) => code.Equals(error.Data[CodeKey] as string, StringComparison.Ordinal);

    public static async Task<CliError> FromAsync(
        HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        string code = response.Headers.TryGetValues("x-amzn-ErrorType", out IEnumerable<string>? types)
            ? types.First().Split(':')[0]
            : $"HTTP {(int)response.StatusCode}";
        var error = new CliError(
            $"{Message(body) ?? response.ReasonPhrase} ({code})",
            $"{request.Method} {Uri.UnescapeDataString(request.RequestUri!.PathAndQuery)} answered {(int)response.StatusCode}",
            Fix(code, request.RequestUri.AbsolutePath));
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

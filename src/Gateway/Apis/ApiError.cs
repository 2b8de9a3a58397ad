using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway.Apis;

/// <summary>What an API answers itself, in API Gateway's words.</summary>
/// <param name="Type">The header x-amzn-ErrorType, which REST APIs send.</param>
internal sealed record ApiError(int Status, string? Type, string Message)
{
    /// <summary>No such API, or no such stage of a REST API.</summary>
    public static ApiError Forbidden { get; } = new(403, "ForbiddenException", "Forbidden");

    /// <summary>What a REST API says of a path or method that it has not.</summary>
    public static ApiError NoRoute { get; } = new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

    /// <summary>What an HTTP API says of the same.</summary>
    public static ApiError NotFound { get; } = new(404, null, "Not Found");

    public static ApiError Unserved(string what) => new(501, "NotImplementedException", $"Lamina does not serve {what} yet.");

    /// <summary>The function is not there, or does not let the API call it.</summary>
    public static ApiError NotInvoked(ApiKind kind) => kind == ApiKind.Rest
        ? new(500, "InternalServerErrorException", "Internal server error")
        : new(500, null, "Internal Server Error");

    /// <summary>The function failed, or what it gave is no response.</summary>
    public static ApiError Malformed(ApiKind kind) => kind == ApiKind.Rest
        ? new(502, "InternalServerErrorException", "Internal server error")
        : new(500, null, "Internal Server Error");

    /// <summary>What a REST API's mock integration does not take: its templates have another content type.</summary>
    public static ApiError UnsupportedType { get; } = new(415, "BadRequestException", "Unsupported Media Type");

    /// <summary>The function takes longer than the API waits.</summary>
    public static ApiError TimedOut(ApiKind kind) => kind == ApiKind.Rest
        ? new(504, "InternalServerErrorException", "Endpoint request timed out") { Separator = ": " }
        : new(503, null, "Service Unavailable");

    public static ApiError TooLarge(ApiKind kind) => kind == ApiKind.Rest
        ? new(413, "RequestTooLargeException", "Request Too Long")
        : new(413, null, "Request Entity Too Large");

    /// <summary>Between name and value: API Gateway writes some of its messages with a space.</summary>
    private string Separator { get; init; } = ":";

    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        if (Type is not null)
        {
            response.Headers["x-amzn-ErrorType"] = Type;
        }

        return UrlAnswer.WriteBodyAsync(
            response, Encoding.UTF8.GetBytes($"{{\"message\"{Separator}\"{JsonEncodedText.Encode(Message)}\"}}"), cancellationToken);
    }
}

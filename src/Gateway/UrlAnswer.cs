using System.Text;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>Writes what a function URL answers: the function's response, or an error of the URL's own.</summary>
internal static class UrlAnswer
{
    /// <summary>Status and headers; false, and nothing set, when a header cannot be sent.</summary>
    public static bool TrySetHead(HttpResponse response, UrlResponse given)
    {
        foreach ((string name, string value) in given.Headers)
        {
            if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || value.Any(static c => c is < ' ' or > '~'))
            {
                response.Headers.Clear();
                return false;
            }

            response.Headers.Append(IsConnections(name) ? $"x-amzn-Remapped-{name}" : name, value);
        }

        response.StatusCode = given.Status;
        return true;
    }

    public static async Task WriteErrorAsync(HttpResponse response, int status, string errorType, string body, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers["x-amzn-ErrorType"] = errorType;
        await WriteBodyAsync(response, Encoding.UTF8.GetBytes(body), cancellationToken);
    }

    public static async Task WriteBodyAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (HasNoContent(response))
        {
            return;
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, cancellationToken);
        }
    }

    /// <summary>RFC 9110: some have no content, whatever the function says.</summary>
    public static bool HasNoContent(HttpResponse response) =>
        response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified or StatusCodes.Status205ResetContent;

    /// <summary>Headers that belong to the connection; AWS passes the function's own under another name.</summary>
    private static bool IsConnections(string name) => name.ToLowerInvariant() is
        "connection" or "content-length" or "date" or "keep-alive" or "proxy-authenticate" or "server" or "te" or "trailer"
        or "transfer-encoding" or "upgrade";
}

using System.Globalization;
using Lamina.Contract.Lambda;
using Lamina.Functions.Urls;

namespace Lamina.Server.Operations;

/// <summary>Words function URLs as AWS's answers do. The host is ours, on the port at which the client knows us.</summary>
internal static class FunctionUrlAnswers
{
    /// <param name="askedMode">AWS names the mode here only when the request did (recorded).</param>
    public static CreateFunctionUrlConfigResponse Created(FunctionUrl url, string? askedMode, string authority) => new()
    {
        FunctionUrl = AddressOf(url, authority),
        FunctionArn = url.FunctionArn,
        AuthType = url.AuthType,
        Cors = CorsOf(url.Cors),
        CreationTime = Date(url.CreatedAt),
        InvokeMode = askedMode,
    };

    /// <param name="askedMode">
    /// AWS names the mode here only when the request or one before it chose it (recorded); the default tells nothing of that.
    /// </param>
    public static UpdateFunctionUrlConfigResponse Updated(FunctionUrl url, string? askedMode, string authority) => new()
    {
        FunctionUrl = AddressOf(url, authority),
        FunctionArn = url.FunctionArn,
        AuthType = url.AuthType,
        Cors = CorsOf(url.Cors),
        CreationTime = Date(url.CreatedAt),
        LastModifiedTime = Date(url.ChangedAt),
        InvokeMode = askedMode ?? (url.InvokeMode == FunctionUrl.Buffered ? null : url.InvokeMode),
    };

    public static GetFunctionUrlConfigResponse Get(FunctionUrl url, string authority) => new()
    {
        FunctionUrl = AddressOf(url, authority),
        FunctionArn = url.FunctionArn,
        AuthType = url.AuthType,
        Cors = CorsOf(url.Cors),
        CreationTime = Date(url.CreatedAt),
        LastModifiedTime = Date(url.ChangedAt),
        InvokeMode = url.InvokeMode,
    };

    public static FunctionUrlConfig Listed(FunctionUrl url, string authority) => new()
    {
        FunctionUrl = AddressOf(url, authority),
        FunctionArn = url.FunctionArn,
        AuthType = url.AuthType,
        Cors = CorsOf(url.Cors),
        CreationTime = Date(url.CreatedAt),
        LastModifiedTime = Date(url.ChangedAt),
        InvokeMode = url.InvokeMode,
    };

    private static string AddressOf(FunctionUrl url, string authority)
    {
        int colon = authority.LastIndexOf(':');
        string port = colon > authority.LastIndexOf(']') ? authority[colon..] : "";
        return $"http://{url.Id}.lambda-url.{url.Region}.localhost{port}/";
    }

    private static Cors? CorsOf(UrlCors? cors) => cors is null ? null : new Cors
    {
        AllowCredentials = cors.AllowCredentials,
        AllowHeaders = cors.AllowHeaders,
        AllowMethods = cors.AllowMethods,
        AllowOrigins = cors.AllowOrigins,
        ExposeHeaders = cors.ExposeHeaders,
        MaxAge = cors.MaxAgeSeconds,
    };

    private static string Date(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.Json;

/// <summary>The services of the JSON protocols.</summary>
internal sealed class JsonServices(IReadOnlyList<JsonService> services)
{
    private const string Newest = "application/x-amz-json-1.1";
    private const string Older = "application/x-amz-json-1.0";

    public JsonService? Find(string name) => services.FirstOrDefault(service => service.Name == name);

    /// <summary>Whether the client wants its errors as these protocols have them.</summary>
    public static bool Speaks(HttpRequest request) => request.Headers.ContainsKey(JsonService.TargetHeader);

    /// <summary>The answer has the type of the request, whichever of the two it is.</summary>
    public static string ContentTypeOf(HttpRequest request) =>
        request.ContentType?.StartsWith(Older, StringComparison.OrdinalIgnoreCase) == true ? Older : Newest;
}

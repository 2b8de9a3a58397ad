using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Plain HTTP, for many requests at once and for requests that no client would send.</summary>
internal sealed class RawClient(Uri endpoint) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(120) };

    public Task<RawAnswer> PublishLayerAsync(string name, byte[] zip) => SendAsync(
        HttpMethod.Post, $"/2018-10-31/layers/{name}/versions",
        new JsonObject { ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) } }.ToJsonString());

    public Task<RawAnswer> CreateFunctionAsync(string name, byte[] zip, params string[] layers) => SendAsync(
        HttpMethod.Post, "/2015-03-31/functions",
        new JsonObject
        {
            ["FunctionName"] = name,
            ["Runtime"] = "python3.11",
            ["Handler"] = "index.handler",
            ["Role"] = LambdaClientStories.Role,
            ["Timeout"] = 30,
            ["Layers"] = new JsonArray([.. layers.Select(static layer => JsonValue.Create(layer))]),
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) },
        }.ToJsonString());

    public Task<RawAnswer> InvokeAsync(string name, string payload) =>
        SendAsync(HttpMethod.Post, $"/2015-03-31/functions/{name}/invocations", payload);

    public Task<RawAnswer> SendAsync(HttpMethod method, string path, string body) => SendAsync(method, path, Encoding.UTF8.GetBytes(body));

    public async Task<RawAnswer> SendAsync(HttpMethod method, string path, byte[] body)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00");
        if (body.Length > 0 || method == HttpMethod.Post || method == HttpMethod.Put)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        response.Headers.TryGetValues("x-amzn-ErrorType", out IEnumerable<string>? codes);
        return new RawAnswer(response.StatusCode, codes?.FirstOrDefault()?.Split(':')[0], await response.Content.ReadAsStringAsync());
    }

    public Task<byte[]> DownloadAsync(Uri location) => _http.GetByteArrayAsync(location);

    public void Dispose() => _http.Dispose();
}

internal sealed record RawAnswer(HttpStatusCode Status, string? Error, string Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

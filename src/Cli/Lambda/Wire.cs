using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lamina.Cli.Lambda;

/// <summary>One signed request to the server and its answer; every failure becomes a <see cref="CliError"/>.</summary>
internal sealed class Wire(HttpClient http, Connection connection, TimeProvider time)
{
    /// <summary>What is asked for, where the path does not say it: <c>cloudformation:CreateStack</c>.</summary>
    public static readonly HttpRequestOptionsKey<string> ActionKey = new("action");

    private static readonly HttpRequestOptionsKey<string> DigestKey = new("digest");
    private static readonly HttpRequestOptionsKey<string> ServiceKey = new("service");

    public Connection Connection => connection;

    public Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> shape, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, [], shape, cancellationToken);

    public Task<TAnswer> PostAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> shape, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, [], shape, cancellationToken);

    public Task<TAnswer> SendAsync<TRequest, TAnswer>(
        HttpMethod method, string path, TRequest body, JsonTypeInfo<TRequest> bodyShape, JsonTypeInfo<TAnswer> shape,
        CancellationToken cancellationToken) =>
        SendAsync(method, path, JsonSerializer.SerializeToUtf8Bytes(body, bodyShape), shape, cancellationToken);

    /// <summary>Sends a zip as it is.</summary>
    public Task<TAnswer> PostArchiveAsync<TAnswer>(string path, byte[] archive, JsonTypeInfo<TAnswer> shape, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, archive, shape, cancellationToken);

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(Request(HttpMethod.Delete, path, []), cancellationToken);
    }

    public HttpRequestMessage Request(HttpMethod method, string path, byte[] body) => Request(method, path, body, "application/json");

    public HttpRequestMessage Request(HttpMethod method, string path, ReadOnlyMemory<byte> body, string contentType)
    {
        var request = new HttpRequestMessage(method, new Uri(connection.Endpoint, path));
        if (body.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        request.Options.Set(DigestKey, Convert.ToHexStringLower(SHA256.HashData(body.Span)));
        return request;
    }

    /// <summary>The same to another service than Lambda.</summary>
    public HttpRequestMessage Request(string service, HttpMethod method, string path, ReadOnlyMemory<byte> body, string contentType)
    {
        HttpRequestMessage request = Request(method, path, body, contentType);
        request.Options.Set(ServiceKey, service);
        return request;
    }

    /// <summary>The request as errors name it.</summary>
    public static string What(HttpRequestMessage request) => request.Options.TryGetValue(ActionKey, out string? action)
        ? action
        : $"{request.Method} {Uri.UnescapeDataString(request.RequestUri!.PathAndQuery)}";

    /// <summary>A body from a file, which stays where it is.</summary>
    public async Task<HttpRequestMessage> UploadAsync(string path, Stream body, CancellationToken cancellationToken)
    {
        string digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(body, cancellationToken));
        body.Position = 0;
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(connection.Endpoint, path)) { Content = new StreamContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Options.Set(DigestKey, digest);
        return request;
    }

    /// <summary>A body that is sent as it comes, whose digest is known already.</summary>
    public HttpRequestMessage Upload(string path, Stream body, long sizeBytes, string digest)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(connection.Endpoint, path)) { Content = new StreamContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentLength = sizeBytes;
        request.Options.Set(DigestKey, digest);
        return request;
    }

    public async Task<TAnswer> ReadAsync<TAnswer>(HttpRequestMessage request, JsonTypeInfo<TAnswer> shape, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(answer, shape) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException unexpected)
        {
            throw new CliError(
                $"The answer is not what Lambda's API promises: {unexpected.Message}",
                $"{request.Method} {request.RequestUri}",
                "Check that --endpoint names a Lamina server.",
                unexpected);
        }
    }

    /// <summary>
    /// Signs the request with the headers it has by now. Returns as soon as the answer's headers are there, with the error statuses already
    /// turned into errors.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string digest = request.Options.TryGetValue(DigestKey, out string? known) ? known : RequestSignature.EmptyDigest;
        string service = request.Options.TryGetValue(ServiceKey, out string? named) ? named : ServiceNames.Lambda;
        RequestSignature.Sign(request, digest, connection, time.GetUtcNow(), service);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException refused)
        {
            throw new CliError(
                $"No server answers at {connection.Endpoint.GetLeftPart(UriPartial.Authority)}: {refused.Message}",
                What(request),
                "Start one with `./lamina up`, or name another with --endpoint or LAMINA_ENDPOINT.",
                refused);
        }

        if (!response.IsSuccessStatusCode && response.StatusCode != System.Net.HttpStatusCode.SwitchingProtocols)
        {
            using (response)
            {
                throw await LambdaError.FromAsync(request, response, cancellationToken);
            }
        }

        return response;
    }

    private async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string path, byte[] body, JsonTypeInfo<TAnswer> shape, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(method, path, body);
        return await ReadAsync(request, shape, cancellationToken);
    }
}

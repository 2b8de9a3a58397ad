using System.Net;
using System.Net.Http.Headers;
using Lamina.Contract;

namespace Lamina.Cli.Images;

/// <summary>
/// The pulling half of the registry protocol (OCI distribution specification). When a registry asks who wants it, it says how it wants to be
/// told: by the user's password, or by a token that another server gives for it.
/// </summary>
/// <remarks>In the clear only with this machine's own addresses; what a redirection leads to gets no credentials.</remarks>
internal sealed class RegistryClient(HttpClient http, ImageReference image, RegistryCredentials? credentials)
{
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ];

    private AuthenticationHeaderValue? _authorization;

    public async Task<byte[]> ReadManifestAsync(string reference, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync($"manifests/{reference}", ManifestTypes, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    public async Task<byte[]> ReadBlobAsync(string digest, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync($"blobs/{digest}", [], cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    public async Task<ImageBlob> OpenBlobAsync(string digest, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await GetAsync($"blobs/{digest}", [], cancellationToken);
        long size = response.Content.Headers.ContentLength ?? throw Unexpected(response, "it does not say how long the layer is");
        return new ImageBlob(await response.Content.ReadAsStreamAsync(cancellationToken), size);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string[] types, CancellationToken cancellationToken)
    {
        Uri address = new($"{SchemeOf(image.Host!)}://{image.Host}/v2/{image.Path}/{path}");
        HttpResponseMessage response = await SendAsync(address, types, _authorization, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            using HttpResponseMessage challenge = response;
            _authorization = await AuthorizeAsync(challenge, cancellationToken);
            response = await SendAsync(address, types, _authorization, cancellationToken);
        }

        return response.IsSuccessStatusCode ? response : throw Refused(response);
    }

    private async Task<HttpResponseMessage> SendAsync(
        Uri address, string[] types, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Authorization = authorization;
        foreach (string type in types)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException unreachable)
        {
            throw new CliError($"The registry cannot be reached: {unreachable.Message}", address.ToString(), "Check the image's name and the network.", unreachable);
        }
    }

    /// <summary><c>WWW-Authenticate: Bearer realm="https://…/token",service="…",scope="repository:…:pull"</c>, or <c>Basic</c>.</summary>
    private async Task<AuthenticationHeaderValue> AuthorizeAsync(HttpResponseMessage challenge, CancellationToken cancellationToken)
    {
        AuthenticationHeaderValue? bearer = challenge.Headers.WwwAuthenticate.FirstOrDefault(
            static header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        if (bearer is null)
        {
            return credentials is null ? throw Refused(challenge) : new AuthenticationHeaderValue("Basic", credentials.Basic);
        }

        Uri address = TokenAddress(ChallengeParameters.Parse(bearer.Parameter ?? "")) ?? throw Unexpected(
            challenge, "it names no server for tokens that is spoken to by https");
        using HttpResponseMessage response = await SendAsync(
            address, [], credentials is null ? null : new AuthenticationHeaderValue("Basic", credentials.Basic), cancellationToken);
        RegistryToken token = response.IsSuccessStatusCode
            ? ImageJson.Read(await ReadAsync(response, cancellationToken), ImageJson.Default.RegistryToken, address.ToString())
            : throw Refused(response);
        return new AuthenticationHeaderValue("Bearer", token.Token ?? token.AccessToken ?? throw Unexpected(response, "it gives no token"));
    }

    private Uri? TokenAddress(Dictionary<string, string> parameters)
    {
        if (!parameters.TryGetValue("realm", out string? realm) || !Uri.TryCreate(realm, UriKind.Absolute, out Uri? authority)
            || authority.Scheme != SchemeOf(authority.Authority))
        {
            return null;
        }

        string scope = parameters.GetValueOrDefault("scope") ?? $"repository:{image.Path}:pull";
        string query = $"scope={Uri.EscapeDataString(scope)}"
            + (parameters.TryGetValue("service", out string? service) ? $"&service={Uri.EscapeDataString(service)}" : "");
        return new Uri(realm + (realm.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
    }

    private static string SchemeOf(string authority)
    {
        string host = new Uri($"http://{authority}").Host.Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address)) ? "http" : "https";
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A document: what is longer is none.
        await response.Content.LoadIntoBufferAsync(Limits.ImageManifestBytes, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private CliError Refused(HttpResponseMessage response) => new(
        response.StatusCode switch
        {
            HttpStatusCode.NotFound => $"The registry has no {image}, or does not show it to {credentials?.User ?? "strangers"}.",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"The registry does not give {image} to {credentials?.User ?? "strangers"}.",
            var status => $"The registry answered {(int)status} {response.ReasonPhrase}.",
        },
        response.RequestMessage?.RequestUri?.ToString(),
        "Check the name; log in with docker login, or say --username and --password-stdin.");

    private static CliError Unexpected(HttpResponseMessage response, string what) => new(
        $"The registry's answer is not as the specification has it: {what}.", response.RequestMessage?.RequestUri?.ToString(), "Check the image's name.");
}

/// <summary>The parameters of a challenge: names with values in quotation marks, commas between.</summary>
internal static class ChallengeParameters
{
    public static Dictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        int at = 0;
        while (at < text.Length)
        {
            int equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                break;
            }

            string name = text[at..equals].Trim(' ', ',');
            bool isQuoted = equals + 1 < text.Length && text[equals + 1] == '"';
            int start = isQuoted ? equals + 2 : equals + 1;
            int end = text.IndexOf(isQuoted ? '"' : ',', start);
            end = end < 0 ? text.Length : end;
            parameters[name] = text[start..end];
            at = end + 1;
        }

        return parameters;
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Lamina.Rooms.Tests.Images;

/// <summary>Debian's docker-registry on a port of its own.</summary>
internal sealed partial class LocalRegistry : IAsyncDisposable
{
    public const string User = "lamina";
    public const string Password = "secret";

    /// <summary>Of <see cref="Password"/>.</summary>
    private const string Bcrypt = "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";

    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _http;

    private LocalRegistry(Process process, string folder, string host, bool withPassword)
    {
        _process = process;
        _folder = folder;
        Host = host;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        _http.DefaultRequestHeaders.Authorization = withPassword
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")))
            : null;
    }

    public string Host { get; }

    public static async Task<LocalRegistry> StartAsync(bool withPassword)
    {
        string folder = Directory.CreateTempSubdirectory("lamina-registry-").FullName;
        string users = Path.Combine(folder, "users");
        await File.WriteAllTextAsync(users, $"{User}:{Bcrypt}\n");
        string auth = withPassword ? $"auth:\n  htpasswd:\n    realm: registry\n    path: {users}\n" : "";
        string configuration = Path.Combine(folder, "config.yml");
        await File.WriteAllTextAsync(
            configuration, $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/data\nhttp:\n  addr: 127.0.0.1:0\n{auth}");
        Process process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Nobody reads on, and a full pipe would stop it.
                _ = process.StandardError.ReadToEndAsync();
                _ = process.StandardOutput.ReadToEndAsync();
                return new LocalRegistry(process, folder, match.Groups[1].Value, withPassword);
            }
        }

        throw new InvalidOperationException("docker-registry ended before it listened.");
    }

    /// <summary>As docker push does it: blobs first, then the manifest under its tag.</summary>
    public async Task PushAsync(string repository, string tag, TestImage image)
    {
        foreach ((string digest, byte[] content) in image.Blobs.Append(new(TestImage.DigestOf(image.Configuration), image.Configuration)))
        {
            using HttpResponseMessage begun = await SendAsync(HttpMethod.Post, $"http://{Host}/v2/{repository}/blobs/uploads/", null);
            string upload = begun.Headers.Location!.IsAbsoluteUri ? begun.Headers.Location.ToString() : $"http://{Host}{begun.Headers.Location}";
            using HttpResponseMessage put = await SendAsync(
                HttpMethod.Put, $"{upload}&digest={Uri.EscapeDataString(digest)}", new ByteArrayContent(content));
        }

        ByteArrayContent manifest = new(image.Manifest);
        manifest.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.oci.image.manifest.v1+json");
        using HttpResponseMessage named = await SendAsync(HttpMethod.Put, $"http://{Host}/v2/{repository}/manifests/{tag}", manifest);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? content)
    {
        using HttpRequestMessage request = new(method, address) { Content = content };
        HttpResponseMessage response = await _http.SendAsync(request);
        Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted, $"{address}: {response.StatusCode}");
        return response;
    }

    [GeneratedRegex("listening on (127\\.0\\.0\\.1:[0-9]+)")]
    private static partial Regex Listening();
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Lamina.Access;
using Lamina.Contract;
using Lamina.Rooms.Tests.Functions;
using Lamina.Sandbox;
using Lamina.Server.Up;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lamina.Rooms.Tests.Server;

/// <summary>The whole server on a temporary folder and a free port, spoken to over HTTP.</summary>
public sealed class ServedHouse : IAsyncLifetime
{
    public const string Organization = "o-a1b2c3d4e5";
    public const string Member = "222222222222";

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-server-").FullName;
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false };
    private House? _house;

    public HttpClient Client { get; private set; } = null!;

    public string DataFolder => _folder;

    public Uri Address => _house!.Address;

    /// <summary>A server of its own for tests that need other options.</summary>
    internal static async Task<ServedHouse> OpenAsync(Func<UpOptions, UpOptions> change)
    {
        ServedHouse house = new();
        await house.OpenHouseAsync(change);
        return house;
    }

    public ValueTask InitializeAsync() => new(OpenHouseAsync(static options => options));

    private async Task OpenHouseAsync(Func<UpOptions, UpOptions> change)
    {
        UpOptions options = new()
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            DataDirectory = _folder,
            Region = "us-east-1",
            Account = AccountId.Default,
            LogLevel = LogLevel.None,
            FunctionNetwork = SandboxNetwork.Isolated,
            IdleTimeout = TimeSpan.FromMinutes(10),
            ShellMemoryBytes = 0,
            Organizations = Organizations.Parse([$"{Organization}={Member}"]),
            CodeStorageQuotaBytes = Limits.CodeStorageBytes,
        };
        _house = await House.OpenAsync(change(options), NullLoggerFactory.Instance, CancellationToken.None);
        Client = new HttpClient(_handler) { BaseAddress = _house.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await _house!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return new Reply(
            response.StatusCode,
            response.Headers,
            response.Content.Headers.ContentType?.ToString(),
            await response.Content.ReadAsByteArrayAsync());
    }

    public Task<Reply> SendJsonAsync(HttpMethod method, string path, JsonObject body, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, Json(body.ToJsonString()), headers);

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static string SignedBy(string accessKey, string region, string service) =>
        $"AWS4-HMAC-SHA256 Credential={accessKey}/20261123/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=00";

    public static byte[] Zip(params (string Path, string Text)[] files) => FunctionsHouse.Zip(files);

    public static JsonObject CreateRequest(string name) => new()
    {
        ["FunctionName"] = name,
        ["Runtime"] = "python3.12",
        ["Role"] = "arn:aws:iam::000000000000:role/r",
        ["Handler"] = "handler.handler",
        ["Timeout"] = 5,
        ["MemorySize"] = 256,
        ["Environment"] = new JsonObject { ["Variables"] = new JsonObject() },
        ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Zip(("handler.py", "def handler(event, context): return event"))) },
    };
}

public sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? ErrorType => Headers.TryGetValues("x-amzn-ErrorType", out IEnumerable<string>? values) ? values.Single() : null;

    public string? Message => ((string?)Json["message"]) ?? (string?)Json["Message"];
}

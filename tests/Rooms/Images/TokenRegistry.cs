using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lamina.Rooms.Tests.Images;

/// <summary>
/// A registry that wants a token, as the large ones do: it sends who has none to another address, and blobs come from a third that must not
/// be shown the token. Scripted, because one that runs on this machine gives no tokens.
/// </summary>
internal sealed class TokenRegistry : IAsyncDisposable
{
    private const string Token = "a.token.of.the.authority";

    private readonly HttpListener _listener = new();
    private readonly TestImage _image;
    private readonly Task _serving;

    public TokenRegistry(TestImage image)
    {
        _image = image;
        Host = $"127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Prefixes.Add($"http://{Elsewhere}/");
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string Host { get; }

    private string Elsewhere => Host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    /// <summary>What the authority was asked, with whose password.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Whether the place that blobs come from saw a token.</summary>
    public bool Leaked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Answer(context.Request, context.Response);
                context.Response.Close();
            }
        }
        catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Answer(HttpListenerRequest request, HttpListenerResponse response)
    {
        string path = request.Url!.AbsolutePath;
        string? authorization = request.Headers["Authorization"];
        if (path == "/token")
        {
            string user = authorization is null ? "nobody" : Encoding.UTF8.GetString(Convert.FromBase64String(authorization["Basic ".Length..]));
            Asked.Add($"{user} {request.QueryString["service"]} {request.QueryString["scope"]}");
            Write(response, Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}","expires_in":300}"""));
        }
        else if (path.StartsWith("/elsewhere/", StringComparison.Ordinal))
        {
            Leaked |= authorization is not null;
            Write(response, _image.Blobs[path["/elsewhere/".Length..]]);
        }
        else if (authorization != $"Bearer {Token}")
        {
            response.StatusCode = 401;
            response.AddHeader("WWW-Authenticate", $"Bearer realm=\"http://{Host}/token\",service=\"registry.test\",scope=\"repository:team/app:pull\"");
        }
        else if (path == "/v2/team/app/manifests/1")
        {
            Write(response, _image.Manifest);
        }
        else if (path == $"/v2/team/app/blobs/{TestImage.DigestOf(_image.Configuration)}")
        {
            Write(response, _image.Configuration);
        }
        else
        {
            response.StatusCode = 307;
            response.AddHeader("Location", $"http://{Elsewhere}/elsewhere/{path.Split('/')[^1]}");
        }
    }

    private static void Write(HttpListenerResponse response, byte[] content)
    {
        response.ContentLength64 = content.Length;
        response.OutputStream.Write(content);
    }

    private static int FreePort()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        return ((IPEndPoint)taken.LocalEndpoint).Port;
    }
}

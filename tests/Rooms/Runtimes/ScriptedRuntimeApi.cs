using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Lamina.Rooms.Tests.Runtimes;

/// <summary>One request as the runtime sent it, and the connection to answer on.</summary>
internal sealed record ApiRequest(
    string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, Stream Connection)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public async Task AnswerAsync(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
        {
            await Connection.WriteAsync(piece);
            await Connection.FlushAsync();
        }
    }

    public Task AcceptAsync() => AnswerAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"u8.ToArray());
}

/// <summary>A Runtime API at the wire level: it answers what the test says, well or badly.</summary>
internal sealed class ScriptedRuntimeApi : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<ApiRequest> _requests = Channel.CreateUnbounded<ApiRequest>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public ScriptedRuntimeApi()
    {
        _listener.Start();
        _accepting = AcceptConnectionsAsync();
    }

    public string Authority => _listener.LocalEndpoint.ToString()!;

    public int ConnectionCount { get; private set; }

    public Task<ApiRequest> ReadAsync() => _requests.Reader.ReadAsync(_stopping.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public async Task<ApiRequest> ReadNextAsync()
    {
        ApiRequest next = await ReadAsync();
        Assert.Equal("GET /2018-06-01/runtime/invocation/next", $"{next.Method} {next.Path}");
        return next;
    }

    /// <summary>Hands out one event and returns what the runtime posts for it.</summary>
    public async Task<ApiRequest> InvokeAsync(string payload, string requestId, params (string Name, string Value)[] headers)
    {
        ApiRequest next = await ReadNextAsync();
        byte[] body = Encoding.UTF8.GetBytes(payload);
        string length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        await next.AnswerAsync([.. Encoding.UTF8.GetBytes(Head(requestId, headers) + length), .. body]);
        ApiRequest posted = await ReadAsync();
        await posted.AcceptAsync();
        return posted;
    }

    public static string Head(string requestId, params (string Name, string Value)[] headers) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {requestId}\r\n" +
        "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n" +
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:f\r\n" +
        string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptConnectionsAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                ConnectionCount++;
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                BufferedStream input = new(client.GetStream(), 65536);
                while (await ReadRequestAsync(input, client.GetStream()) is { } request)
                {
                    await _requests.Writer.WriteAsync(request, _stopping.Token);
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The runtime went away, or the test ended.
            }
        }
    }

    private async Task<ApiRequest?> ReadRequestAsync(Stream input, Stream output)
    {
        string? start = await ReadLineAsync(input);
        if (start is null)
        {
            return null;
        }

        Dictionary<string, string> headers = await ReadHeadersAsync(input);
        byte[] body = headers.ContainsKey("Transfer-Encoding") ? await ReadChunksAsync(input, headers) : await ReadBytesAsync(input, headers);
        string[] parts = start.Split(' ');
        return new ApiRequest(parts[0], parts[1], headers, body, output);
    }

    private async Task<Dictionary<string, string>> ReadHeadersAsync(Stream input)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(input) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private async Task<byte[]> ReadBytesAsync(Stream input, Dictionary<string, string> headers)
    {
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await input.ReadExactlyAsync(body, _stopping.Token);
        return body;
    }

    /// <summary>Trailers join the headers, so that a test sees them there.</summary>
    private async Task<byte[]> ReadChunksAsync(Stream input, Dictionary<string, string> headers)
    {
        using MemoryStream body = new();
        while (int.Parse((await ReadLineAsync(input))!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and int size)
        {
            byte[] chunk = new byte[size];
            await input.ReadExactlyAsync(chunk, _stopping.Token);
            body.Write(chunk);
            await ReadLineAsync(input);
        }

        foreach (KeyValuePair<string, string> trailer in await ReadHeadersAsync(input))
        {
            headers[trailer.Key] = trailer.Value;
        }

        return body.ToArray();
    }

    private async Task<string?> ReadLineAsync(Stream input)
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (await input.ReadAsync(one, _stopping.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}

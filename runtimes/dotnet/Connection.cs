using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Lamina.Runtime;

/// <summary>The Runtime API is gone; a runtime without it has nothing left to do.</summary>
internal sealed class DisconnectedException(string message) : Exception(message);

/// <summary>A response of the Runtime API; an event is one.</summary>
internal sealed record Response(int Status, Dictionary<string, string> Headers, byte[] Body)
{
    /// <summary>A header by its name in any case; null when it is not there.</summary>
    public string? this[string name] => Headers.GetValueOrDefault(name);
}

/// <summary>HTTP/1.1 over one kept-alive socket, the little that the Runtime API needs. HttpClient costs 60 ms of every cold start.</summary>
internal sealed class Connection
{
    /// <summary>A small request leaves in one segment with its head; a large body is not copied to be joined to it.</summary>
    private const int JoinBelow = 16_384;

    private readonly string _host;
    private readonly int _port;
    private readonly byte[] _buffer = new byte[65_536];
    private Socket? _socket;
    private int _start;
    private int _end;

    public Connection(string authority)
    {
        int colon = authority.LastIndexOf(':');
        _host = colon < 0 ? authority : authority[..colon];
        _port = colon < 0 ? 80 : int.Parse(authority.AsSpan(colon + 1), CultureInfo.InvariantCulture);
    }

    public Response Send(string method, string path, string[] headers, ReadOnlyMemory<byte>? body)
    {
        StringBuilder head = new($"{method} {path} HTTP/1.1\r\nHost: {_host}:{_port}\r\nUser-Agent: lamina-dotnet\r\n");
        foreach (string header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        if (body is { } content)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n");
        }

        head.Append("\r\n");
        try
        {
            Socket socket = Open();
            Write(socket, Encoding.Latin1.GetBytes(head.ToString()), body ?? default);
            return Read(socket);
        }
        catch (SocketException error)
        {
            throw new DisconnectedException($"{method} {path}: {error.Message}");
        }
    }

    private Socket Open()
    {
        // A handler may run for minutes; a server may close a connection that idles meanwhile. Seen before anything is sent, a new
        // connection is safe. After that nobody knows whether the request was served, so it is not repeated.
        if (_socket is not null && !(_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0))
        {
            return _socket;
        }

        Close();
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(_host, _port);
        return _socket;
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _start = _end = 0;
    }

    private static void Write(Socket socket, byte[] head, ReadOnlyMemory<byte> body)
    {
        try
        {
            if (body.Length < JoinBelow)
            {
                SendAll(socket, [.. head, .. body.Span]);
            }
            else
            {
                SendAll(socket, head);
                SendAll(socket, body.Span);
            }
        }
        catch (SocketException)
        {
            // A server that refuses a body (413) may answer and close before it has read it all: the answer decides.
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private Response Read(Socket socket)
    {
        int status;
        Dictionary<string, string> headers;
        do
        {
            status = int.Parse(ReadLine(socket).Split(' ')[1], CultureInfo.InvariantCulture);
            headers = ReadHeaders(socket);
        }
        while (status < 200);

        byte[] body = headers.GetValueOrDefault("transfer-encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true
            ? ReadChunks(socket)
            : ReadExactly(socket, int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture));
        if (string.Equals(headers.GetValueOrDefault("connection"), "close", StringComparison.OrdinalIgnoreCase))
        {
            Close();
        }

        return new Response(status, headers, body);
    }

    private Dictionary<string, string> ReadHeaders(Socket socket)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        for (string line = ReadLine(socket); line.Length > 0; line = ReadLine(socket))
        {
            int colon = line.IndexOf(':');
            headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private byte[] ReadChunks(Socket socket)
    {
        MemoryStream whole = new();
        for (int size = ChunkSize(socket); size > 0; size = ChunkSize(socket))
        {
            whole.Write(ReadExactly(socket, size));
            ReadLine(socket);
        }

        ReadHeaders(socket);
        return whole.ToArray();
    }

    private int ChunkSize(Socket socket) => int.Parse(ReadLine(socket).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private byte[] ReadExactly(Socket socket, int size)
    {
        byte[] body = new byte[size];
        int filled = Math.Min(size, _end - _start);
        Array.Copy(_buffer, _start, body, 0, filled);
        _start += filled;
        while (filled < size)
        {
            filled += Received(socket.Receive(body.AsSpan(filled)));
        }

        return body;
    }

    private string ReadLine(Socket socket)
    {
        StringBuilder line = new();
        while (true)
        {
            int end = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            int stop = end < 0 ? _end : end;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, stop - _start));
            if (end >= 0)
            {
                _start = end + 1;
                return line.ToString().TrimEnd('\r');
            }

            _start = 0;
            _end = 0;
            _end = Received(socket.Receive(_buffer));
        }
    }

    private static int Received(int count) =>
        count > 0 ? count : throw new DisconnectedException("the connection was closed by the Runtime API");
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Lamina.Cli.Lambda;

/// <summary>A command in a fresh environment of a function, by Lamina's own path; FunctionShells of the server says what is sent.</summary>
internal sealed class ShellClient(Wire wire)
{
    /// <param name="arguments">Empty for a shell.</param>
    /// <param name="terminal">As TERM says it, with rows and columns; null for none.</param>
    public async Task<ShellConnection> OpenAsync(
        string name, IReadOnlyList<string> arguments, (string Type, int Rows, int Columns)? terminal, CancellationToken cancellationToken)
    {
        StringBuilder query = new("?");
        if (terminal is { } shown)
        {
            query.Append(CultureInfo.InvariantCulture, $"Terminal={Uri.EscapeDataString(shown.Type)}&Rows={shown.Rows}&Columns={shown.Columns}&");
        }

        query.AppendJoin('&', arguments.Select(static argument => $"Argument={Uri.EscapeDataString(argument)}"));
        HttpRequestMessage request = wire.Request(
            HttpMethod.Post, $"/_lamina/functions/{Uri.EscapeDataString(name)}/shell{query.ToString().TrimEnd('&', '?')}", []);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("lamina-shell");
        HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        return new ShellConnection(request, response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }
}

/// <summary>An open shell.</summary>
internal sealed class ShellConnection(HttpRequestMessage request, HttpResponseMessage response, Stream stream) : IAsyncDisposable
{
    private const int HeadBytes = 5;

    private readonly SemaphoreSlim _turn = new(1);

    public Task WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => SendAsync(0, bytes, cancellationToken);

    public Task EndInputAsync(CancellationToken cancellationToken) => SendAsync(1, default, cancellationToken);

    public Task ResizeAsync(int rows, int columns, CancellationToken cancellationToken)
    {
        byte[] size = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)rows);
        BinaryPrimitives.WriteUInt16BigEndian(size.AsSpan(2), (ushort)columns);
        return SendAsync(2, size, cancellationToken);
    }

    /// <summary>Copies what the command writes until it has ended, and gives its exit status.</summary>
    public async Task<int> CopyAsync(Stream output, Stream errors, CancellationToken cancellationToken)
    {
        byte[] head = new byte[HeadBytes];
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            byte[] content = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await stream.ReadExactlyAsync(content, cancellationToken);
            if (head[0] == 2)
            {
                return BinaryPrimitives.ReadInt32BigEndian(content);
            }

            Stream to = head[0] == 1 ? errors : output;
            await to.WriteAsync(content, cancellationToken);
            await to.FlushAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
        request.Dispose();
        _turn.Dispose();
    }

    private async Task SendAsync(byte frame, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[HeadBytes + content.Length];
        bytes[0] = frame;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), content.Length);
        content.CopyTo(bytes.AsMemory(HeadBytes));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}

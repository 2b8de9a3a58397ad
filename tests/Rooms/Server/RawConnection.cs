using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Lamina.Rooms.Tests.Server;

/// <summary>One connection on which anything can be sent: HttpClient refuses to be as wrong as a test needs.</summary>
internal static class RawConnection
{
    /// <summary>Sends the bytes, reads one answer.</summary>
    public static async Task<(int Status, string Head, string Body)> ExchangeAsync(Uri address, byte[] request, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(request, cancellationToken);
        using MemoryStream received = new();
        await CopyAsync(stream, received, cancellationToken);
        string text = Encoding.UTF8.GetString(received.ToArray());
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string head = end < 0 ? text : text[..end];
        int status = head.Length > 12 ? int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        return (status, head, end < 0 ? "" : text[(end + 4)..]);
    }

    // A server that refuses what is still being sent may reset the connection after its answer.
    private static async Task CopyAsync(NetworkStream from, MemoryStream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken);
        }
        catch (IOException)
        {
            // What has come is judged; nothing is no answer.
        }
    }
}

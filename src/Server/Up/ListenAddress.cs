using System.Globalization;
using System.Net;

namespace Lamina.Server.Up;

/// <summary>HOST:PORT as the operator writes it. Samples: <c>127.0.0.1:4566</c>, <c>localhost:0</c>, <c>[::1]:4566</c>.</summary>
internal static class ListenAddress
{
    /// <param name="hasKeys">With access keys configured, every address will do.</param>
    public static IPEndPoint Parse(string text, bool hasKeys)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            throw new UpException($"--listen wants HOST:PORT, for example 127.0.0.1:4566; '{text}' is not that.");
        }

        string host = text[..colon].Trim('[', ']');
        IPAddress? address = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(host, out address))
        {
            throw new UpException($"--listen wants an address of this machine or localhost; '{host}' is neither.");
        }

        return hasKeys || IPAddress.IsLoopback(address)
            ? new IPEndPoint(address, port)
            : throw new UpException(
                $"Refused to listen on {text}: other machines could reach it, and without configured access keys anyone there could run code here. "
                + "Name a file of keys with --keys, or listen on 127.0.0.1 (and forward a port to it where another machine must come in).");
    }
}

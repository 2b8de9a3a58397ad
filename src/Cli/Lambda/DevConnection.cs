using System.Text;

namespace Lamina.Cli.Lambda;

/// <summary>The open answer that is a dev session: whichever side ends it, the session is over.</summary>
internal sealed class DevConnection : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private DevConnection(HttpResponseMessage response, StreamReader lines, string firstLine)
    {
        _response = response;
        _lines = lines;
        FirstLine = firstLine;
    }

    /// <summary>What the server says of the session it began.</summary>
    public string FirstLine { get; }

    public static CliError Ended(string name) => new(
        "The server ended the dev session.", name, "Start it again when the server runs; until then functions use what is published.");

    /// <param name="path">Of the layer or function.</param>
    /// <param name="folder">Where its content comes from; for people to read.</param>
    /// <param name="name">As errors call it.</param>
    public static async Task<DevConnection> OpenAsync(Wire wire, string path, string folder, string name, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = wire.Request(HttpMethod.Post, $"{path}?Folder={Uri.EscapeDataString(folder)}", []);
        HttpResponseMessage response = await wire.SendAsync(request, cancellationToken);
        try
        {
            var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
            return new DevConnection(response, lines, await lines.ReadLineAsync(cancellationToken) ?? throw Ended(name));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the server has ended the session.</summary>
    public async Task EndedAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _lines.ReadLineAsync(cancellationToken) is not null)
            {
                // An empty line now and then says that the server is there.
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            // The connection broke: the same end, less polite.
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}

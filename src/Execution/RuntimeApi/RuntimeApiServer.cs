using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lamina.Execution.RuntimeApi;

/// <summary>One Kestrel for all sandboxes: the Runtime API on their first socket, the AWS endpoint on their second.</summary>
internal sealed class RuntimeApiServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly RuntimeApiApplication _application;

    public RuntimeApiServer(RequestDelegate awsEndpoint, Func<string, Encoding?> awsHeaderEncoding, ILoggerFactory loggers)
    {
        Connections = new SandboxConnectionSource(loggers);
        _application = new RuntimeApiApplication(awsEndpoint);
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            ResponseHeaderEncodingSelector = name => name == NextCall.ClientContext ? Encoding.UTF8 : awsHeaderEncoding(name),
        };
        options.Listen(Connections.EndPoint, static listen => listen.Protocols = HttpProtocols.Http1);

        // Peers are sandboxes with limits of their own; a function that computes for minutes between two requests is no slow client.
        options.Limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        options.Limits.RequestHeadersTimeout = TimeSpan.FromMinutes(15);
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;

        // A streamed response may end with an error document in its trailers, stack trace and all.
        options.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;

        // Counted while reading, because AWS answers what is too large in its own words.
        options.Limits.MaxRequestBodySize = null;
        _server = new KestrelServer(Options.Create(options), Connections, loggers);
    }

    public SandboxConnectionSource Connections { get; }

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(_application, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // All sandboxes are gone by now: no request is left that would deserve waiting.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}

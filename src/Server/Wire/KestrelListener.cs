using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lamina.Server.Wire;

/// <summary>Kestrel on one address, nothing above it but the pipeline.</summary>
internal sealed class KestrelListener : IDisposable
{
    private readonly KestrelServer _server;

    private KestrelListener(KestrelServer server) => _server = server;

    /// <summary>Where it listens, with the port that was picked.</summary>
    public Uri Address => new(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<KestrelListener> StartAsync(
        IPEndPoint endpoint, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        KestrelServerOptions options = new() { AddServerHeader = false };
        Configure(options.Limits);
        options.ResponseHeaderEncodingSelector = S3.ObjectHeaders.EncodingOf;
        options.Listen(endpoint, static listen => listen.Protocols = HttpProtocols.Http1);
        SocketTransportFactory transport = new(Options.Create(new SocketTransportOptions()), loggers);
        KestrelServer server = new(Options.Create(options), transport, loggers);
        try
        {
            await server.StartAsync(new PipelineApplication(handler), cancellationToken);
            return new KestrelListener(server);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Bodies are counted by each operation's own limit; a request line longer than ours still gets an answer that says so.</summary>
    public static void Configure(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MaxRequestLineSize = 8 * RequestTarget.MaxBytes;
        limits.MaxRequestBufferSize = 2 * 1024 * 1024;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    private sealed class PipelineApplication(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception) => (context as DefaultHttpContext)?.Uninitialize();
    }
}

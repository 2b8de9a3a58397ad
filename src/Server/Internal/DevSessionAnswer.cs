using Lamina.Contract;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>The answer that is a dev session: one line that names it, and then it stays open until the client leaves or the server stops.</summary>
/// <param name="close">Ends the session; called however the answer ends.</param>
internal sealed class DevSessionAnswer(Action close, ReadOnlyMemory<byte> firstLine, TimeProvider time, CancellationToken stopping) : Answer(200)
{
    public override void Dispose() => close();

    protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        using var heartbeat = new PeriodicTimer(Limits.DevHeartbeat, time);
        response.ContentType = "application/x-ndjson";
        try
        {
            await response.BodyWriter.WriteAsync(firstLine, ended.Token);
            while (await heartbeat.WaitForNextTickAsync(ended.Token))
            {
                await response.BodyWriter.WriteAsync("\n"u8.ToArray(), ended.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops: the answer ends here, whole, and the session with it.
        }
    }
}

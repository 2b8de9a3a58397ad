using Lamina.Cli.Lambda;

namespace Lamina.Cli.Stacks;

/// <summary>A dev session of a function or a layer, whichever it is.</summary>
internal sealed class LiveSession : IDisposable
{
    private readonly IDisposable _session;
    private readonly Func<ReadOnlyMemory<byte>, bool, CancellationToken, Task> _send;

    private LiveSession(IDisposable session, Task ended, bool takesParts, Func<ReadOnlyMemory<byte>, bool, CancellationToken, Task> send)
    {
        _session = session;
        _send = send;
        Ended = ended;
        TakesParts = takesParts;
    }

    public Task Ended { get; }

    /// <summary>Whether what changed can be laid over what was sent before.</summary>
    public bool TakesParts { get; }

    public static async Task<LiveSession> OfFunctionAsync(DevFunctionClient client, string name, string folder, CancellationToken cancellationToken)
    {
        DevFunctionSession session = await client.OpenAsync(name, folder, cancellationToken);
        return new LiveSession(
            session, session.EndedAsync(cancellationToken), takesParts: false, (archive, _, token) => session.SendAsync(archive, token));
    }

    public static async Task<LiveSession> OfLayerAsync(DevLayerClient client, string arn, string folder, CancellationToken cancellationToken)
    {
        DevSession session = await client.OpenAsync(arn, folder, cancellationToken);
        return new LiveSession(
            session, session.EndedAsync(cancellationToken), takesParts: true, (archive, whole, token) => session.SendAsync(archive, whole, token));
    }

    /// <summary>Returns when the next invocation sees it.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> archive, bool whole, CancellationToken cancellationToken) => _send(archive, whole, cancellationToken);

    public void Dispose() => _session.Dispose();
}

using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Lamina.Cli.Archives;
using Lamina.Cli.Dev;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Stacks;

/// <summary>
/// A function or layer of a deployed stack that follows its folder. Until the folder differs from what was deployed, the stack's own runs;
/// from then on, in a dev session, what the folder holds. The stack never knows, so a later deployment finds it as it left it.
/// </summary>
internal sealed class LiveArtifact(
    LocalArtifact artifact, string folder, ArtifactContent content, Func<CancellationToken, Task<LiveSession>> open, Terminal terminal, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly FolderDelta _delta = new();
    private LiveSession? _session;

    public string Folder => folder;

    /// <param name="deployed">What the folder held before it was packaged.</param>
    public LiveArtifact Since(ImmutableArray<FolderEntry> deployed)
    {
        _delta.Sent(new FolderUpdate(Whole: true, deployed, deployed, [], 0));
        _delta.Forget();
        return this;
    }

    public async Task TryUpdateAsync(FolderChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            await UpdateAsync(changes, cancellationToken);
        }
        catch (Exception error) when (error is CliError or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            // A folder in the middle of a build, a link that leads out of it: what is live stays live until the next change.
            _delta.Forget();
            terminal.Complain($"{artifact.Name} stays as it was: {error.Message}", (error as CliError)?.Where ?? folder, (error as CliError)?.Fix);
        }
    }

    public void Dispose() => _session?.Dispose();

    private async Task UpdateAsync(FolderChanges changes, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        DropEndedSession();
        if (_delta.Compare(ArtifactContent.List(folder), changes) is not { } update)
        {
            return;
        }

        LiveSession session = _session ??= await OpenAsync(cancellationToken);
        bool isBuilt = content.IsBuilt(artifact, folder);
        bool whole = update.Whole || isBuilt || !session.TakesParts;
        ReadOnlyMemory<byte> archive = isBuilt
            ? await content.ReadAsync(artifact, folder, cancellationToken)
            : await ArtifactContent.ZipAsync(whole ? update.All : update.Entries, CompressionLevel.NoCompression, cancellationToken);
        await session.SendAsync(archive, whole, cancellationToken);
        _delta.Sent(update with { Whole = whole, Entries = whole ? update.All : update.Entries });
        terminal.PrintLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{artifact.Name}: live in {time.GetElapsedTime(started).TotalMilliseconds:0} ms, {update.Difference} ({Sizes.Readable(archive.Length)} sent)"));
    }

    /// <summary>A session that a deployment ended is in the way until the server has noticed.</summary>
    private async Task<LiveSession> OpenAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await open(cancellationToken);
            }
            catch (CliError error) when (LambdaError.Is(error, "ResourceConflictException") && time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>The next one is sent the whole again.</summary>
    private void DropEndedSession()
    {
        if (_session is { Ended.IsCompleted: true })
        {
            _session.Dispose();
            _session = null;
            _delta.Forget();
        }
    }
}

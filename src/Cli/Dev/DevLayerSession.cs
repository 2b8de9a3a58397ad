using System.Globalization;
using System.IO.Compression;
using Lamina.Cli.Archives;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Dev;

/// <summary>
/// Keeps one layer's dev content equal to a folder. (1) The folder is watched before it is read, so that no change falls between.
/// (2) The session begins, (3) the whole folder is sent, (4) then whatever changes, until either side ends.
/// The folder is read here, by its owner; the server opens no path that a client names.
/// </summary>
internal sealed class DevLayerSession(DevLayerClient client, Terminal terminal, TimeProvider time, string layer, string folder)
{
    private readonly FolderDelta _delta = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var watch = new FolderWatch(folder, time); // (1)
        using DevSession session = await client.OpenAsync(layer, folder, cancellationToken); // (2)
        SayWhoUsesIt(session.Opened);
        await UpdateAsync(session, FolderChanges.All, cancellationToken); // (3)
        Task ended = session.EndedAsync(cancellationToken);
        while (true)
        {
            Task<FolderChanges> changed = watch.NextAsync(cancellationToken);
            if (await Task.WhenAny(ended, changed) == ended)
            {
                await ended;
                throw DevConnection.Ended(layer);
            }

            await TryUpdateAsync(session, await changed, cancellationToken); // (4)
        }
    }

    private async Task TryUpdateAsync(DevSession session, FolderChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            await UpdateAsync(session, changes, cancellationToken);
        }
        catch (Exception error) when (error is CliError or IOException or UnauthorizedAccessException)
        {
            // A folder in the middle of a build, a link that leads out of it: what is live stays live until the next change.
            _delta.Forget();
            terminal.Complain($"{layer} stays as it was: {error.Message}", folder, (error as CliError)?.Fix);
        }
    }

    private async Task UpdateAsync(DevSession session, FolderChanges changes, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        if (_delta.Compare(FolderArchive.List(folder), changes) is not { } update)
        {
            return;
        }

        (DevLayer live, long sentBytes) = await SendAsync(session, update, cancellationToken);
        _delta.Sent(update);
        Say(live, update, sentBytes, time.GetElapsedTime(started));
    }

    private static async Task<(DevLayer Live, long SentBytes)> SendAsync(
        DevSession session, FolderUpdate update, CancellationToken cancellationToken)
    {
        // Compressing would take longer than the way to a server on the same machine.
        using MemoryStream archive = await FolderArchive.ZipAsync(update.Entries, CompressionLevel.NoCompression, cancellationToken);
        DevLayer live = await session.SendAsync(archive.GetBuffer().AsMemory(0, (int)archive.Length), update.Whole, cancellationToken);
        return (live, archive.Length);
    }

    private void SayWhoUsesIt(DevSessionLine opened)
    {
        if (opened.NewestVersion is null)
        {
            terminal.Note($"{layer} has no version yet, so no function can use it. Publish one: lamina layer publish {folder} --name {opened.Layer}");
        }
        else if (opened.Functions.Count == 0)
        {
            terminal.Note($"No function uses {layer} yet; those that will see this content.");
        }
    }

    private void Say(DevLayer live, FolderUpdate update, long sentBytes, TimeSpan elapsed)
    {
        string what = live.Updates == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{update.Changed.Count} files from {folder}, {Users(live.Functions)}")
            : update.Difference;
        terminal.PrintLine(string.Create(
            CultureInfo.InvariantCulture, $"{live.Layer}: live in {elapsed.TotalMilliseconds:0} ms, {what} ({Sizes.Readable(sentBytes)} sent)"));
        foreach (string function in live.TooLargeFor)
        {
            terminal.Note($"{function} could not have {live.Layer} so: with its code and other layers it is larger than Lambda takes.");
        }
    }

    private static string Users(IReadOnlyList<string> functions) =>
        functions.Count == 0 ? "used by no function" : $"used by {string.Join(", ", functions)}";
}

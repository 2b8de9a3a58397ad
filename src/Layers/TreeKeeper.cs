using System.Threading.Channels;
using Lamina.Contract;
using Lamina.Store;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>The background of the tree store: empties the trash, and makes built trees durable long after they are in use.</summary>
internal sealed class TreeKeeper : IAsyncDisposable
{
    // The kernel writes dirty pages by itself after 30 s (vm.dirty_expire_centisecs); a flush just behind that finds little to do,
    // where one at once would compete with the first starts for the disk.
    private static readonly TimeSpan FlushAfter = TimeSpan.FromSeconds(45);

    private readonly Channel<Sha256> _built = Channel.CreateUnbounded<Sha256>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SafeFileHandle _folder;
    private readonly TreeTrash _trash;
    private readonly TreeJournal _journal;
    private readonly TimeProvider _time;
    private readonly Task _loop;

    public TreeKeeper(SafeFileHandle folder, TreeTrash trash, TreeJournal journal, IEnumerable<Sha256> unflushed, TimeProvider time)
    {
        _folder = folder;
        _trash = trash;
        _journal = journal;
        _time = time;
        foreach (Sha256 tree in unflushed)
        {
            _built.Writer.TryWrite(tree);
        }

        _loop = Task.Run(RunAsync);
    }

    public void Built(Sha256 tree) => _built.Writer.TryWrite(tree);

    /// <summary>
    /// Stops at once: trees not flushed yet stay in the journal for the next start. A flush that the disk is busy with cannot be
    /// interrupted and is not waited for; it ends on its own thread or with the process, and either is right.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await OnOwnThreadAsync(() => _trash.Empty(_stopping.Token)).WaitAsync(_stopping.Token);
            while (await _built.Reader.WaitToReadAsync(_stopping.Token))
            {
                await Task.Delay(FlushAfter, _time, _stopping.Token);
                await OnOwnThreadAsync(Flush).WaitAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private void Flush()
    {
        List<Sha256> trees = [];
        while (_built.Reader.TryRead(out Sha256 tree))
        {
            trees.Add(tree);
        }

        try
        {
            _trash.Empty(_stopping.Token);
            LinuxFiles.FlushFileSystem(_folder);
            foreach (Sha256 tree in trees)
            {
                _journal.End(tree);
            }
        }
        catch (IOException)
        {
            // The loop stays alive. What was not flushed stays in the journal, and is tried again with the next tree or start.
        }
    }

    private static Task OnOwnThreadAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}

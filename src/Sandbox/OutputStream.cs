using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>
/// Moves bytes from a process's output pipe to a <see cref="PipeReader"/>. When the reader is behind by
/// <see cref="PauseAt"/> bytes we stop reading, the kernel's pipe fills, and the process waits in its write.
/// </summary>
internal sealed class OutputStream
{
    private const int PauseAt = 256 * 1024;
    private const int ReadSize = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly EventLoop _loop;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseAt, resumeWriterThreshold: PauseAt / 2, useSynchronizationContext: false));

    private readonly List<(long Target, TaskCompletionSource<long> Reached)> _flushes = [];
    private Descriptor? _fd;
    private ulong _key;
    private long _total;
    private bool _ended;
    private Task _resuming = Task.CompletedTask;

    /// <summary>The reader is behind and the pipe is not being read.</summary>
    private bool _paused;

    public OutputStream(EventLoop loop) => _loop = loop;

    /// <summary>The wait for a reader that is behind; nothing to do for others.</summary>
    internal Task Resuming => _resuming;

    public PipeReader Reader => _pipe.Reader;

    public void Attach(Descriptor fd)
    {
        lock (_gate)
        {
            _fd = fd;
            _ = LibC.FileControl(fd, LibC.F_SETFL, LibC.O_NONBLOCK);
            _key = _loop.Add(fd, OnReadable);
        }
    }

    /// <summary>Completes when all that is in the kernel's pipe at this moment has reached the reader's side.</summary>
    /// <returns>How many bytes ever have.</returns>
    public ValueTask<long> FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var target = _total + Available_NeedsLock();
            while (!_paused && !_ended && _total < target && Read_NeedsLock())
            {
            }

            if (_ended || _total >= target)
            {
                return ValueTask.FromResult(_total);
            }

            var reached = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((target, reached));
            return new ValueTask<long>(reached.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Every writer is dead: takes what is left whatever the reader's pace (at most a pipe's content), and ends.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            while (!_ended && ReadInto_NeedsLock() > 0)
            {
            }

            End_NeedsLock();
        }
    }

    private void OnReadable()
    {
        lock (_gate)
        {
            // One piece per turn: a process that writes without end must not keep the others waiting.
            if (!_ended && !_paused)
            {
                _ = Read_NeedsLock();
            }
        }
    }

    /// <summary>True if something was read.</summary>
    private bool Read_NeedsLock()
    {
        var length = ReadInto_NeedsLock();
        if (length <= 0)
        {
            if (length != -LibC.EAGAIN)
            {
                End_NeedsLock();
            }

            return false;
        }

        var flush = _pipe.Writer.FlushAsync();
        CompleteFlushes_NeedsLock();
        if (!flush.IsCompletedSuccessfully)
        {
            _paused = true;
            _loop.Remove(_key, _fd!);
            _resuming = ResumeAsync(flush);
        }
        else if (flush.Result.IsCompleted)
        {
            End_NeedsLock(); // nobody reads any more; the process gets SIGPIPE, as from any closed pipe
        }

        return true;
    }

    /// <summary>Bytes read, 0 at the end, negative errno.</summary>
    private unsafe int ReadInto_NeedsLock()
    {
        if (_fd is null)
        {
            return 0;
        }

        var memory = _pipe.Writer.GetMemory(ReadSize);
        memory = memory[..Math.Min(memory.Length, ReadSize)];
        nint length;
        int errno;
        using (var pinned = memory.Pin())
        {
            // SAFETY: the memory is pinned and as long as told.
            length = LibC.Read(_fd, (byte*)pinned.Pointer, memory.Length);
            errno = Marshal.GetLastPInvokeError();
        }

        if (length < 0)
        {
            return -errno;
        }

        _pipe.Writer.Advance((int)length);
        _total += length;
        return (int)length;
    }

    private unsafe int Available_NeedsLock()
    {
        var count = 0;

        // SAFETY: FIONREAD writes one int.
        return _fd is null || _ended || LibC.InputOutputControl(_fd, LibC.FIONREAD, &count) < 0 ? 0 : count;
    }

    private async Task ResumeAsync(ValueTask<FlushResult> flush)
    {
        var result = await flush;
        lock (_gate)
        {
            _paused = false;
            if (_ended)
            {
                return;
            }

            if (result.IsCompleted)
            {
                End_NeedsLock();
                return;
            }

            _key = _loop.Add(_fd!, OnReadable);
        }
    }

    private void CompleteFlushes_NeedsLock()
    {
        for (var i = _flushes.Count - 1; i >= 0; i--)
        {
            if (_ended || _total >= _flushes[i].Target)
            {
                _flushes[i].Reached.TrySetResult(_total);
                _flushes.RemoveAt(i);
            }
        }
    }

    private void End_NeedsLock()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        if (_fd is not null)
        {
            _loop.Remove(_key, _fd);
            _fd.Dispose();
        }

        _pipe.Writer.Complete();
        CompleteFlushes_NeedsLock();
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>
/// One thread that waits for every descriptor of this room: the jail, the sandboxes' inits, their pidfds and output pipes.
/// Handlers run on it one after another, are short and never wait.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const ulong WakeKey = 0;

    private readonly Epoll _epoll = new();
    private readonly Descriptor _wake;
    private readonly ConcurrentDictionary<ulong, Action> _handlers = new();
    private readonly Thread _thread;
    private ulong _lastKey;
    private volatile bool _stopping;

    public EventLoop()
    {
        _wake = LibC.EventDescriptor(0, LibC.EFD_CLOEXEC);
        var errno = Marshal.GetLastPInvokeError();
        if (_wake.IsInvalid)
        {
            throw Errors.Failed("eventfd", "", errno);
        }

        _epoll.Add(_wake, WakeKey, LibC.EPOLLIN);
        _thread = new Thread(Run) { IsBackground = true, Name = "lamina-sandbox-events" };
        _thread.Start();
    }

    /// <summary>Calls the handler whenever the descriptor is readable or its peer is gone, until removed.</summary>
    public ulong Add(Descriptor fd, Action handler)
    {
        var key = Interlocked.Increment(ref _lastKey);
        _handlers[key] = handler;
        _epoll.Add(fd, key, LibC.EPOLLIN);
        return key;
    }

    /// <summary>Removing twice is harmless. A handler that is running already ends by itself.</summary>
    public void Remove(ulong key, Descriptor fd)
    {
        if (_handlers.TryRemove(key, out _) && !fd.IsClosed)
        {
            _epoll.Remove(fd);
        }
    }

    public unsafe void Dispose()
    {
        _stopping = true;
        var one = 1ul;

        // SAFETY: an eventfd takes exactly these eight bytes.
        _ = LibC.Write(_wake, (byte*)&one, sizeof(ulong));
        _thread.Join();
        _epoll.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            _epoll.Wait(Dispatch);
        }
    }

    private void Dispatch(ulong key)
    {
        if (_handlers.TryGetValue(key, out var handler))
        {
            handler();
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lamina.Sandbox.Native;

/// <summary>An epoll descriptor. Keys are ours: what is ready is named by the number it was added with.</summary>
internal sealed class Epoll : IDisposable
{
    private const int MaxEvents = 128;

    /// <summary>struct epoll_event: u32 events, u64 data; packed on x86-64, aligned elsewhere.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly Descriptor _epoll;
    private readonly byte[] _events = new byte[MaxEvents * 16];

    public Epoll()
    {
        _epoll = LibC.EpollCreate(LibC.EPOLL_CLOEXEC);
        var errno = Marshal.GetLastPInvokeError();
        if (_epoll.IsInvalid)
        {
            throw Errors.Failed("epoll_create1", "", errno);
        }
    }

    public unsafe void Add(Descriptor fd, ulong key, uint events)
    {
        Span<byte> change = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(change, events);
        BinaryPrimitives.WriteUInt64LittleEndian(change[DataOffset..], key);
        int result, errno;

        // SAFETY: the kernel reads one struct epoll_event, at most 16 bytes, during the call.
        fixed (byte* at = change)
        {
            result = LibC.EpollControl(_epoll, LibC.EPOLL_CTL_ADD, fd, at);
            errno = Marshal.GetLastPInvokeError();
        }

        if (result < 0)
        {
            throw Errors.Failed("epoll_ctl", "add", errno);
        }
    }

    /// <summary>Taken out explicitly: a descriptor that another process also holds does not leave by being closed.</summary>
    public unsafe void Remove(Descriptor fd)
    {
        // SAFETY: EPOLL_CTL_DEL ignores the pointer.
        _ = LibC.EpollControl(_epoll, LibC.EPOLL_CTL_DEL, fd, null);
    }

    /// <summary>Waits for at least one and hands each ready key to the receiver.</summary>
    public unsafe void Wait(Action<ulong> ready)
    {
        int count, errno;

        // SAFETY: the kernel writes at most MaxEvents entries of at most 16 bytes each, the size of the array.
        fixed (byte* at = _events)
        {
            count = LibC.EpollWait(_epoll, at, MaxEvents, -1);
            errno = Marshal.GetLastPInvokeError();
        }

        if (count < 0 && errno != LibC.EINTR)
        {
            throw Errors.Failed("epoll_wait", "", errno);
        }

        for (var i = 0; i < count; i++)
        {
            ready(BinaryPrimitives.ReadUInt64LittleEndian(_events.AsSpan((i * (DataOffset + 8)) + DataOffset)));
        }
    }

    public void Dispose() => _epoll.Dispose();
}

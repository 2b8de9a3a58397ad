using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lamina.Sandbox.Native;

/// <summary>Messages with descriptors over SOCK_SEQPACKET sockets.</summary>
internal static class Packets
{
    private const int HeaderSize = 16;
    private const int MaxDescriptors = 24;

    public static unsafe (Descriptor Ours, Descriptor Theirs) CreatePair()
    {
        var ends = stackalloc int[2];

        // SAFETY: the kernel writes two ints.
        var result = LibC.SocketPair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC, 0, ends);
        var errno = Marshal.GetLastPInvokeError();
        return result < 0 ? throw Errors.Failed("socketpair", "jail", errno) : (new Descriptor(ends[0]), new Descriptor(ends[1]));
    }

    /// <summary>0 or the errno.</summary>
    public static int Send(Descriptor socket, ReadOnlySpan<byte> message, int flags) => Send(socket, message, [], flags);

    /// <summary>0 or the errno.</summary>
    /// <param name="descriptors">Open for the call; the receiver gets them too.</param>
    public static unsafe int Send(Descriptor socket, ReadOnlySpan<byte> message, ReadOnlySpan<int> descriptors, int flags)
    {
        nint sent;
        int errno;
        int controlLength = descriptors.IsEmpty ? 0 : HeaderSize + (sizeof(int) * descriptors.Length);
        Span<byte> control = stackalloc byte[HeaderSize + (sizeof(int) * MaxDescriptors)];
        control.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(control, controlLength);
        BinaryPrimitives.WriteInt32LittleEndian(control[8..], LibC.SOL_SOCKET);
        BinaryPrimitives.WriteInt32LittleEndian(control[12..], LibC.SCM_RIGHTS);
        MemoryMarshal.AsBytes(descriptors).CopyTo(control[HeaderSize..]);

        // SAFETY: header, vector and message live on this frame or are pinned for the call; the kernel only reads them.
        fixed (byte* at = message, controlAt = control)
        {
            var part = new IoVector { Base = at, Length = message.Length };
            var header = new MessageHeader { Parts = &part, PartCount = 1 };
            if (controlLength > 0)
            {
                // CMSG_SPACE: whole words.
                header.Control = controlAt;
                header.ControlLength = (controlLength + sizeof(long) - 1) / sizeof(long) * sizeof(long);
            }

            do
            {
                sent = LibC.SendMessage(socket, &header, flags | LibC.MSG_NOSIGNAL);
                errno = Marshal.GetLastPInvokeError();
            }
            while (sent < 0 && errno == LibC.EINTR);
        }

        return sent < 0 ? errno : 0;
    }

    /// <summary>The message's length; 0 when the peer is gone, negative errno when there is none (EAGAIN).</summary>
    public static unsafe int Receive(Descriptor socket, Span<byte> buffer, List<Descriptor> descriptors)
    {
        Span<byte> control = stackalloc byte[HeaderSize + (sizeof(int) * MaxDescriptors)];
        nint length, controlLength;
        int errno;

        // SAFETY: both buffers are pinned for the call and their true sizes are told to the kernel.
        fixed (byte* at = buffer, controlAt = control)
        {
            var part = new IoVector { Base = at, Length = buffer.Length };
            var header = new MessageHeader { Parts = &part, PartCount = 1, Control = controlAt, ControlLength = control.Length };
            do
            {
                length = LibC.ReceiveMessage(socket, &header, LibC.MSG_DONTWAIT | LibC.MSG_CMSG_CLOEXEC);
                errno = Marshal.GetLastPInvokeError();
            }
            while (length < 0 && errno == LibC.EINTR);
            controlLength = header.ControlLength;
        }

        if (length < 0)
        {
            return -errno;
        }

        CollectDescriptors(control[..(int)controlLength], descriptors);
        return (int)length;
    }

    /// <summary>One SCM_RIGHTS header is all that the jail ever sends: length (8), level (4), type (4), ints.</summary>
    private static void CollectDescriptors(ReadOnlySpan<byte> control, List<Descriptor> descriptors)
    {
        if (control.Length < HeaderSize
            || BinaryPrimitives.ReadInt32LittleEndian(control[8..]) != LibC.SOL_SOCKET
            || BinaryPrimitives.ReadInt32LittleEndian(control[12..]) != LibC.SCM_RIGHTS)
        {
            return;
        }

        var end = (int)Math.Min(BinaryPrimitives.ReadInt64LittleEndian(control), control.Length);
        for (var at = HeaderSize; at + sizeof(int) <= end; at += sizeof(int))
        {
            descriptors.Add(new Descriptor(BinaryPrimitives.ReadInt32LittleEndian(control[at..])));
        }
    }
}

using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Sandbox;

/// <summary>A pseudo-terminal. A sandbox's process gets one end as its terminal; whoever sits before it reads and writes the other.</summary>
public sealed class Terminal : IDisposable
{
    private readonly Descriptor _master;
    private readonly SafeFileHandle _file;

    private Terminal(Descriptor master, Descriptor inside)
    {
        _master = master;
        _file = new SafeFileHandle(master.DangerousGetHandle(), ownsHandle: false);
        Inside = inside;
        Stream = new FileStream(_file, FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>What is typed goes in, what is shown comes out. Reading fails with EIO once no process has the other end.</summary>
    public Stream Stream { get; }

    /// <summary>For <see cref="ProcessSpec.Streams"/>; to be disposed of once the process has started.</summary>
    public SafeHandle Inside { get; }

    /// <summary>Throws <see cref="SandboxException"/>.</summary>
    public static unsafe Terminal Open(int rows, int columns)
    {
        Descriptor master = LibC.Open("/dev/ptmx", LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
        int errno = Marshal.GetLastPInvokeError();
        if (master.IsInvalid)
        {
            throw Errors.Failed("open", "/dev/ptmx", errno);
        }

        // SAFETY: the kernel reads one int.
        int unlock = 0;
        int locked = LibC.InputOutputControl(master, LibC.TIOCSPTLCK, &unlock);
        int inside = locked < 0 ? -1 : LibC.OpenPeer(master, LibC.TIOCGPTPEER, LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
        errno = Marshal.GetLastPInvokeError();
        if (inside < 0)
        {
            master.Dispose();
            throw Errors.Failed("open terminal", "/dev/ptmx", errno);
        }

        Terminal terminal = new(master, new Descriptor(inside));
        terminal.Resize(rows, columns);
        return terminal;
    }

    /// <summary>The processes before it are told by SIGWINCH.</summary>
    public unsafe void Resize(int rows, int columns)
    {
        // SAFETY: struct winsize is four unsigned shorts, which the kernel reads.
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        _ = LibC.InputOutputControl(_master, LibC.TIOCSWINSZ, (int*)size);
    }

    public void Dispose()
    {
        Stream.Dispose();
        _file.Dispose();
        _master.Dispose();
        Inside.Dispose();
    }
}

using System.Runtime.InteropServices;

namespace Lamina.Sandbox.Native;

/// <summary>An open file descriptor of ours.</summary>
internal sealed class Descriptor : SafeHandle
{
    public Descriptor()
        : base(-1, ownsHandle: true)
    {
    }

    public Descriptor(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle == -1;

    /// <summary>The number; valid while the caller keeps this object alive and undisposed.</summary>
    public int Number => (int)handle;

    /// <summary>Gives the number away: whoever takes it closes it.</summary>
    public int Release()
    {
        var number = Number;
        SetHandleAsInvalid();
        return number;
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}

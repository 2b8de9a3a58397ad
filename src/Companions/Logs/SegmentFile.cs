using Microsoft.Win32.SafeHandles;

namespace Lamina.Companions.Logs;

/// <summary>The file of a group's newest segment: open as long as the group writes to it, or somebody flushes what was written.</summary>
internal sealed class SegmentFile
{
    private readonly SafeFileHandle _file;
    private int _holders = 1;

    /// <summary>Held by whoever makes it.</summary>
    /// <param name="mode">Whether the file is to be made or there.</param>
    public SegmentFile(string path, FileMode mode) => _file = File.OpenHandle(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_file, bytes, offset);

    /// <summary>Only by who holds it already, or under the lock of the group that does.</summary>
    public SegmentFile Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>The last one closes it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _file.Dispose();
        }
    }

    /// <summary>All that was written so far is on disk on return. Several may flush at once.</summary>
    public void FlushAndRelease()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        finally
        {
            Release();
        }
    }
}

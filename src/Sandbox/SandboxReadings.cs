using System.Buffers.Text;
using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>The open cgroup files of one sandbox. What the machine does not have reads as null.</summary>
internal sealed class SandboxReadings : IDisposable
{
    private readonly Descriptor? _memoryStat;
    private readonly Descriptor? _memoryPeak;
    private readonly Descriptor? _oom;
    private readonly Descriptor? _cpu;
    private readonly Descriptor? _cpuLimit;
    private readonly Descriptor? _freezer;
    private readonly int _version;

    /// <param name="present">Bits in the order memory.stat, peak, oom, cpu, cpu limit, freezer; as in MSG_CREATED.</param>
    public SandboxReadings(int version, uint present, ReadOnlySpan<Descriptor> files)
    {
        _version = version;
        var next = 0;
        _memoryStat = (present & 1) != 0 ? files[next++] : null;
        _memoryPeak = (present & 2) != 0 ? files[next++] : null;
        _oom = (present & 4) != 0 ? files[next++] : null;
        _cpu = (present & 8) != 0 ? files[next++] : null;
        _cpuLimit = (present & 16) != 0 ? files[next++] : null;
        _freezer = (present & 32) != 0 ? files[next] : null;
    }

    public bool HasMemory => _memoryStat is not null;

    public bool HasFreezer => _freezer is not null;

    /// <summary>
    /// Memory that belongs to processes: anonymous pages, shared memory (which includes /tmp; the caller subtracts it) and,
    /// where the kernel tells them apart, kernel memory that cannot be reclaimed. Page cache is not a process's memory.
    /// </summary>
    public long? ReadMemory()
    {
        Span<byte> text = stackalloc byte[8192];
        if (_memoryStat is null || !TryRead(_memoryStat, ref text))
        {
            return null;
        }

        if (_version == 1)
        {
            return NumberAfter(text, "rss "u8) + NumberAfter(text, "shmem "u8);
        }

        var kernel = NumberAfter(text, "kernel "u8) - NumberAfter(text, "slab_reclaimable "u8);
        return NumberAfter(text, "anon "u8) + NumberAfter(text, "shmem "u8) + Math.Max(0, kernel);
    }

    /// <summary>The most that was ever charged, page cache and /tmp included: an upper bound, but cheap to read.</summary>
    public long? ReadHighWaterMark()
    {
        Span<byte> text = stackalloc byte[64];
        return _memoryPeak is not null && TryRead(_memoryPeak, ref text) ? NumberAt(text) : null;
    }

    public long ReadOomKills()
    {
        Span<byte> text = stackalloc byte[1024];
        return _oom is not null && TryRead(_oom, ref text) ? NumberAfter(text, "oom_kill "u8) : 0;
    }

    public TimeSpan? ReadCpuTime()
    {
        Span<byte> text = stackalloc byte[2048];
        if (_cpu is null || !TryRead(_cpu, ref text))
        {
            return null;
        }

        return _version == 1
            ? TimeSpan.FromMicroseconds(NumberAt(text) / 1000.0)
            : TimeSpan.FromMicroseconds(NumberAfter(text, "usage_usec "u8));
    }

    /// <summary>0 or the errno; where there is no such limit there is nothing to do.</summary>
    public int WriteCpuLimit(double cpus)
    {
        if (_cpuLimit is null or { IsClosed: true })
        {
            return 0;
        }

        uint quota = CpuQuota.Microseconds(cpus);
        Span<byte> text = stackalloc byte[64];
        _ = _version == 1
            ? System.Text.Unicode.Utf8.TryWrite(text, $"{quota}", out int length)
            : System.Text.Unicode.Utf8.TryWrite(text, $"{quota} {CpuQuota.PeriodMicroseconds}", out length);

        return Write(_cpuLimit, text[..length]);
    }

    /// <summary>0 or the errno. v1 knows a third state on the way to frozen, which is as good: nobody in it computes.</summary>
    public int WriteFreezer(bool frozen)
    {
        if (_freezer is null or { IsClosed: true })
        {
            return 0;
        }

        ReadOnlySpan<byte> word = (_version, frozen) switch
        {
            (1, true) => "FROZEN"u8,
            (1, false) => "THAWED"u8,
            (_, true) => "1"u8,
            (_, false) => "0"u8,
        };
        return Write(_freezer, word);
    }

    public void Dispose()
    {
        _memoryStat?.Dispose();
        _memoryPeak?.Dispose();
        _oom?.Dispose();
        _cpu?.Dispose();
        _cpuLimit?.Dispose();
        _freezer?.Dispose();
    }

    private static unsafe int Write(Descriptor file, ReadOnlySpan<byte> text)
    {
        // SAFETY: pinned for the call, its true length told.
        fixed (byte* at = text)
        {
            nint written = LibC.Write(file, at, text.Length);
            int errno = Marshal.GetLastPInvokeError();
            return written < 0 ? errno : 0;
        }
    }

    /// <summary>Bytes in use on the file system that the descriptor lies on.</summary>
    public static unsafe long ReadUsedBytes(Descriptor folder)
    {
        FileSystemStatus status;

        // SAFETY: the kernel fills one struct statfs, whose full size the type has.
        return LibC.FileSystemStatus(folder, &status) < 0 ? 0 : (long)(status.Blocks - status.BlocksFree) * status.BlockSize;
    }

    /// <summary>The kernel makes a fresh text at every read from offset 0. False once the cgroup is removed (ENODEV).</summary>
    private static unsafe bool TryRead(Descriptor file, ref Span<byte> text)
    {
        nint length;
        if (file.IsClosed)
        {
            return false;
        }

        // SAFETY: pinned for the call, its true length told.
        fixed (byte* at = text)
        {
            length = LibC.ReadAt(file, at, text.Length, 0);
        }

        text = length > 0 ? text[..(int)length] : default;
        return length > 0;
    }

    private static long NumberAt(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long value, out _) ? value : 0;

    /// <summary>The number in the line that begins with the word.</summary>
    private static long NumberAfter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        while (!text.StartsWith(word))
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                return 0;
            }

            text = text[(end + 1)..];
        }

        return NumberAt(text[word.Length..]);
    }
}

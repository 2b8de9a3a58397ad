using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

/// <summary>
/// What one sandbox's processes use, apart from /tmp. The cgroup's hard limit includes /tmp, so the finer limit is watched
/// from here; where there is no memory cgroup, init is asked to add its processes up. Guarded by the sandbox's lock.
/// </summary>
internal sealed class SandboxMemory(long limitBytes) : IDisposable
{
    private long _limitBytes = limitBytes;
    private SandboxReadings? _readings;
    private Descriptor? _tmp;
    private long _lastHighWater;
    private TimeSpan _cpuTime;
    private volatile bool _limitPassed;
    private bool _asking;

    public long PeakBytes { get; private set; }

    public bool LimitPassed => _limitPassed;

    public TimeSpan CpuTime => _readings?.ReadCpuTime() is { } now && now > _cpuTime ? _cpuTime = now : _cpuTime;

    /// <summary>No memory cgroup.</summary>
    public bool AsksInit => _readings is { HasMemory: false };

    public bool HasFreezer => _readings is { HasFreezer: true };

    public int WriteCpuLimit(double cpus) => _readings?.WriteCpuLimit(cpus) ?? 0;

    public int WriteFreezer(bool frozen) => _readings?.WriteFreezer(frozen) ?? 0;

    /// <summary>For a sandbox that was made before it was known whom it serves.</summary>
    public void Limit(long bytes) => _limitBytes = bytes;

    public void Attach(SandboxReadings readings) => _readings = readings;

    public void AttachTmp(Descriptor tmp) => _tmp = tmp;

    public bool TryBeginAsking()
    {
        var first = !_asking;
        _asking = true;
        return first;
    }

    public void OnAnswer(long bytes, TimeSpan cpuTime, long largestEnded)
    {
        _asking = false;
        _cpuTime = cpuTime > _cpuTime ? cpuTime : _cpuTime;
        PeakBytes = Math.Max(PeakBytes, Math.Min(largestEnded, _limitBytes));
        Take(bytes);
    }

    /// <summary>The high-water mark is one cheap read; only when it has risen can there be a new peak.</summary>
    public void SampleIfGrown()
    {
        var highWater = _readings?.ReadHighWaterMark();
        if (highWater is null || highWater > _lastHighWater)
        {
            _lastHighWater = highWater ?? 0;
            Sample();
            CheckOomKills();
        }
    }

    public void Sample()
    {
        if (_readings?.ReadMemory() is { } bytes)
        {
            Take(Math.Max(0, bytes - (_tmp is null ? 0 : SandboxReadings.ReadUsedBytes(_tmp))));
        }
    }

    public void CheckOomKills()
    {
        if (_readings?.ReadOomKills() > 0)
        {
            OnLimitPassed();
        }
    }

    public void OnGone(long oomKills, TimeSpan cpuTime)
    {
        _cpuTime = cpuTime > _cpuTime ? cpuTime : _cpuTime;
        if (oomKills > 0)
        {
            OnLimitPassed();
        }
    }

    public void Dispose()
    {
        _readings?.Dispose();
        _readings = null;
        _tmp?.Dispose();
        _tmp = null;
    }

    private void Take(long bytes)
    {
        PeakBytes = Math.Max(PeakBytes, bytes);
        if (bytes > _limitBytes)
        {
            OnLimitPassed();
        }
    }

    /// <summary>Whoever passed the limit had at least that much, seen or not between two samples.</summary>
    private void OnLimitPassed()
    {
        _limitPassed = true;
        PeakBytes = _limitBytes;
    }
}

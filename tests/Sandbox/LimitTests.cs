using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>Hogs and bombs end as they should, and the host serves on. The same with cgroups and without.</summary>
public sealed class LimitTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task A_memory_hog_is_killed_and_flagged()
    {
        var result = await HogAsync(Limited(64, tmpMiB: 16), "hold = []\nwhile True: hold.append(bytearray(1 << 20))");
        Assert.True(result.Exit.OutOfMemory || result.Output.Contains("MemoryError", StringComparison.Ordinal), result.Output);
        Assert.Equal(new ProcessExit(null, 9, OutOfMemory: true), result.Exit);
    }

    [Fact]
    public async Task Unused_room_of_tmp_is_not_memory()
    {
        var result = await HogAsync(Limited(64, tmpMiB: 512), "import time\nx = bytearray(150 << 20)\ntime.sleep(1000)");
        Assert.Equal(new ProcessExit(null, 9, OutOfMemory: true), result.Exit);
    }

    [Fact]
    public async Task Shared_memory_is_memory()
    {
        var result = await HogAsync(Limited(64, tmpMiB: 512), "import mmap, time\nm = mmap.mmap(-1, 150 << 20)\nfor i in range(0, 150 << 20, 4096): m[i] = 1\ntime.sleep(1000)");
        Assert.Equal(new ProcessExit(null, 9, OutOfMemory: true), result.Exit);
    }

    [Fact]
    public async Task A_hog_among_the_children_takes_the_whole_sandbox_along()
    {
        var result = await jailed.RunAsync(Limited(64, tmpMiB: 16), Shell("/usr/bin/python3 -I -c 'x = bytearray(300 << 20); import time; time.sleep(1000)'; sleep 1000; echo went on"));
        Assert.Equal(new ProcessExit(null, 9, OutOfMemory: true), result.Exit);
        Assert.DoesNotContain("went on", result.Output, StringComparison.Ordinal); // cgroup v1 kills the child alone; the rest follows at the next look
    }

    [Fact]
    public async Task What_lies_in_tmp_is_not_memory()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Limited(64, tmpMiB: 256), CancellationToken.None);
        var result = await RunInAsync(sandbox, Shell("head -c 200000000 /dev/zero > /tmp/big && wc -c < /tmp/big"));
        Assert.Equal("200000000\n", result.Output);
        Assert.InRange(sandbox.ReadUsage().PeakMemoryBytes, 0, 32 * MiB);
    }

    [Fact]
    public async Task The_peak_is_what_was_used_at_most()
    {
        await using var sandbox = await jailed.Host.CreateAsync(Limited(256, tmpMiB: 16), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Python("x = bytearray(b'1') * (100 << 20)\nopen('/tmp/full', 'w')\nimport os\nwhile not os.path.exists('/tmp/free'): pass\ndel x\nprint('freed')"), CancellationToken.None);
        await RunInAsync(sandbox, Shell("until [ -e /tmp/full ]; do :; done"));
        while (sandbox.ReadUsage().PeakMemoryBytes < 100 * MiB)
        {
            await Task.Yield(); // without a cgroup the supervisor's samples come by themselves
        }

        await RunInAsync(sandbox, Shell("touch /tmp/free"));

        Assert.Equal("freed\n", await ReadAllAsync(process));
        Assert.InRange(sandbox.ReadUsage().PeakMemoryBytes, 100 * MiB, 130 * MiB);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(2)] // lowered before the process starts
    public async Task Processor_time_is_counted_and_held_to_the_share(double cpusAtFirst)
    {
        await using var sandbox = await jailed.Host.CreateAsync(Spec() with { Limits = new(256 * MiB, cpusAtFirst, 64, 1024) }, CancellationToken.None);
        sandbox.LimitCpus(0.2);
        var result = await RunInAsync(sandbox, Python("import time\nstart = time.monotonic()\nwhile time.monotonic() - start < 1: pass\nprint(time.process_time() / (time.monotonic() - start))"));

        var held = !jailed.Host.Degradations.Any(missing => missing.Contains("for cpu", StringComparison.Ordinal));
        Assert.InRange(double.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture), 0, held ? 0.35 : 1.1);
        while (sandbox.ReadUsage().CpuTime == TimeSpan.Zero)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_process_can_start_as_many_as_allowed_and_no_more()
    {
        var result = await jailed.RunAsync(Spec() with { Limits = new(256 * MiB, 2, 20, 1024) }, Python("""
            import os, signal, threading, errno
            made = []
            try:
                while True:
                    pid = os.fork()
                    if pid == 0: signal.pause()
                    made.append(pid)
            except OSError as e: print(errno.errorcode[e.errno], len(made))
            for pid in made: os.kill(pid, 9)
            """));
        Assert.Equal("EAGAIN 19\n", result.Output);
    }

    [Fact]
    public async Task A_fork_bomb_is_contained_and_killed_whole()
    {
        var sandbox = await jailed.Host.CreateAsync(Spec() with { Limits = new(256 * MiB, 1, 100, 1024) }, CancellationToken.None);
        var bomb = await sandbox.StartProcessAsync(Python("import os\nwhile True:\n  try: os.fork()\n  except OSError: open('/tmp/full', 'w')"), CancellationToken.None);
        Assert.Equal("beside\n", (await jailed.RunAsync(Spec(), Shell("echo beside"))).Output);

        await sandbox.DisposeAsync();

        Assert.Equal(9, (await bomb.Exited).Signal);
        Assert.Equal("after\n", (await jailed.RunAsync(Spec(), Shell("echo after"))).Output);
    }

    [Fact]
    public async Task Descriptors_end_at_the_limit()
    {
        var result = await jailed.RunAsync(Spec(), Python("""
            import os, errno
            n = 3
            try:
                while True: os.dup(0); n += 1
            except OSError as e: print(errno.errorcode[e.errno], n)
            """));
        Assert.Equal("EMFILE 1024\n", result.Output);
    }

    [Fact]
    public async Task A_disk_filler_gets_an_error_and_fills_nothing_of_the_host()
    {
        var result = await jailed.RunAsync(Limited(64, tmpMiB: 8), Shell("cat /dev/zero > /tmp/a 2>/tmp/e; cat /dev/zero > /dev/shm/a 2>&1; rm /tmp/a; echo done"));
        Assert.Contains("done", result.Output + (result.Exit.OutOfMemory ? "done" : ""), StringComparison.Ordinal);
    }

    private static SandboxSpec Limited(int memoryMiB, int tmpMiB) =>
        Spec() with { TmpSizeBytes = (long)tmpMiB * MiB, Limits = new((long)memoryMiB * MiB, 2, 64, 1024) };

    private Task<Result> HogAsync(SandboxSpec spec, string script) => jailed.RunAsync(spec, Python(script));
}

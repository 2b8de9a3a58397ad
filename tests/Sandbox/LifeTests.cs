using System.Diagnostics;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>Every way a sandbox, the jail or the server can end, and that nothing stays behind.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private static int _nextMarker = Random.Shared.Next(100_000_000, 900_000_000);
    private readonly JailedHost _jailed = new();
    private readonly string _marker = $"{Interlocked.Increment(ref _nextMarker)}";

    public ValueTask InitializeAsync() => _jailed.InitializeAsync();

    public ValueTask DisposeAsync() => _jailed.DisposeAsync();

    [Fact]
    public async Task Killing_a_sandbox_ends_its_whole_tree_and_leaves_nothing()
    {
        var mounts = Traces.Mounts();
        var spec = Spec();
        var sandbox = await _jailed.Host.CreateAsync(spec, CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Tree(), CancellationToken.None);
        await RunInAsync(sandbox, Shell("until [ $(grep -l sleep /proc/[0-9]*/comm | wc -l) -ge 3 ]; do :; done"));

        sandbox.Kill();

        await sandbox.Gone;
        Assert.Equal(new ProcessExit(null, 9, false), await process.Exited);
        Assert.Empty(Traces.Processes(_marker));
        await sandbox.DisposeAsync();
        Assert.Empty(Traces.Cgroups(spec.Id));
        Assert.Equal(mounts, Traces.Mounts());
        var failure = await Assert.ThrowsAsync<SandboxException>(() => sandbox.StartProcessAsync(Shell("true"), CancellationToken.None));
        Assert.Contains("is gone", failure.Message, StringComparison.Ordinal);
        sandbox.Kill();
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task What_is_frozen_stands_still_until_it_is_thawed_and_can_be_killed_all_the_same()
    {
        var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Shell("while :; do :; done"), CancellationToken.None);

        sandbox.Freeze();
        await _jailed.RunAsync(Spec(), Shell("echo meanwhile"));
        var before = sandbox.ReadUsage().CpuTime;
        await _jailed.RunAsync(Spec(), Shell("echo meanwhile"));
        var after = sandbox.ReadUsage().CpuTime;
        sandbox.Thaw();
        while (sandbox.ReadUsage().CpuTime == after)
        {
            await _jailed.RunAsync(Spec(), Shell("echo until it runs again"));
        }

        sandbox.Freeze();
        sandbox.Kill();

        Assert.Equal(before, after);
        Assert.Equal(9, (await process.Exited).Signal);
        await sandbox.DisposeAsync();
    }

    /// <summary>A jail that sees no cgroups, as on a machine that has none: it stops the processes by signals.</summary>
    [Fact]
    public async Task Where_there_is_no_freezer_processes_are_stopped_by_signals_and_go_on_after_it()
    {
        Assert.SkipUnless(IsRoot, "Only root can hide the machine's cgroups from the jail.");
        var jail = Path.Combine(_jailed.Folder, "jail-without-cgroups");
        await File.WriteAllTextAsync(
            jail, $"#!/bin/sh\nexport REAL='{JailPath}'\nexec unshare --mount sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec \"$REAL\" \"$@\"' jail \"$@\"\n");
        File.SetUnixFileMode(jail, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var host = await SandboxHost.StartAsync(
            new SandboxHostOptions { JailPath = jail, RunDirectory = Path.Combine(_jailed.Folder, "run-without-cgroups") }, CancellationToken.None);
        Assert.Contains(host.Degradations, static missing => missing.StartsWith("No cgroup for freezing", StringComparison.Ordinal));
        await using var sandbox = await host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Shell("n=0; while :; do n=$((n + 1)); printf '%09d\\n' $n 1<> /tmp/n; done"), CancellationToken.None);
        await RunInAsync(sandbox, Shell("until [ -s /tmp/n ]; do :; done"));

        sandbox.Freeze();
        var frozen = (await RunInAsync(sandbox, Shell("cat /tmp/n; grep State /proc/[0-9]*/status | grep -c stopped"))).Output.Split('\n');
        var still = (await RunInAsync(sandbox, Shell("cat /tmp/n"))).Output.Trim();
        sandbox.Thaw();
        await RunInAsync(sandbox, Shell($"while [ \"$(cat /tmp/n)\" = '{still}' ]; do :; done"));

        sandbox.Freeze();
        sandbox.Kill();

        Assert.Equal(still, frozen[0]);
        Assert.Equal("1", frozen[1]);
        Assert.Equal(9, (await process.Exited).Signal);
    }

    [Fact]
    public async Task An_emptied_sandbox_has_no_process_left_and_takes_new_ones()
    {
        await using var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Tree(), CancellationToken.None);
        await RunInAsync(sandbox, Shell("until [ $(grep -l sleep /proc/[0-9]*/comm | wc -l) -ge 3 ]; do :; done; echo kept > /tmp/kept; echo > /dev/shm/lost"));
        sandbox.Freeze();

        await sandbox.EmptyAsync();

        Assert.Equal(9, (await process.Exited).Signal);
        Assert.Empty(Traces.Processes(_marker));
        Assert.Equal("kept\n", (await RunInAsync(sandbox, Shell("cat /tmp/kept; ls /dev/shm"))).Output);
    }

    [Fact]
    public async Task Output_written_before_the_kill_can_still_be_read()
    {
        var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Shell("echo last words; touch /tmp/said; sleep 1000"), CancellationToken.None);
        await RunInAsync(sandbox, Shell("until [ -e /tmp/said ]; do :; done"));
        await sandbox.DisposeAsync();
        Assert.Equal("last words\n", await ReadAllAsync(process));
    }

    [Fact]
    public async Task Closing_the_host_ends_every_sandbox()
    {
        var host = await SandboxHost.StartAsync(_jailed.Options with { RunDirectory = _jailed.Folder + "/second" }, CancellationToken.None);
        var sandbox = await host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Tree(), CancellationToken.None);
        var jail = host.JailProcessId;

        await host.DisposeAsync();

        await sandbox.Gone;
        Assert.Equal(9, (await process.Exited).Signal);
        Assert.Empty(Traces.Processes(_marker));
        await Traces.GoneAsync([jail]);
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task When_the_jail_dies_every_sandbox_is_gone_and_the_next_one_gets_a_new_jail()
    {
        var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var process = await sandbox.StartProcessAsync(Tree(), CancellationToken.None);

        Process.GetProcessById(_jailed.Host.JailProcessId).Kill();

        await sandbox.Gone;
        Assert.Equal(9, (await process.Exited).Signal);
        await sandbox.DisposeAsync();
        Assert.Empty(Traces.Processes(_marker));
        Assert.Equal("again\n", (await _jailed.RunAsync(Spec(), Shell("echo again"))).Output);
        Assert.Empty(Traces.Cgroups(sandbox.Id));
    }

    [Fact]
    public async Task Creates_under_way_when_the_jail_dies_succeed_or_say_so()
    {
        var creates = Enumerable.Range(0, 40).Select(_ => Task.Run(() => _jailed.Host.CreateAsync(Spec(), CancellationToken.None))).ToList();
        await creates[3];
        Process.GetProcessById(_jailed.Host.JailProcessId).Kill();

        foreach (var create in creates)
        {
            try
            {
                await using var sandbox = await create;
            }
            catch (SandboxException lost)
            {
                Assert.Matches("jail process ended|ended before it was ready|send plan", lost.Message);
            }
        }

        Assert.Equal("again\n", (await _jailed.RunAsync(Spec(), Shell("echo again"))).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_kill_9_of_the_server_nothing_runs_and_the_next_start_cleans_up(bool jailToo)
    {
        var run = Path.Combine(_jailed.Folder, "killed");
        using var server = await KillableServer.StartAsync(run, _marker);
        var left = Traces.Processes("sleep\0" + _marker);
        Assert.True(left.Count >= 10);
        var cgroups = File.ReadAllLines(run + "/cgroups");
        await File.WriteAllTextAsync(run + "/leftover", "x");
        Directory.CreateDirectory(run + "/leftover-folder/deep");

        if (jailToo)
        {
            Process.GetProcessById(server.JailProcessId).Kill();
        }

        await server.KillAsync();

        await Traces.GoneAsync([.. left, server.JailProcessId]);
        Assert.Empty(Traces.Processes("sleep\0" + _marker));
        Assert.Equal(jailToo && IsRoot, cgroups.Any(Directory.Exists));
        await using var next = await SandboxHost.StartAsync(_jailed.Options with { RunDirectory = run }, CancellationToken.None);
        Assert.All(cgroups, place => Assert.Empty(Directory.GetDirectories(place)));
        Assert.Equal(["cgroups", "empty", "lock", "root"], Directory.EnumerateFileSystemEntries(run).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_run_folder_serves_one_living_host_only()
    {
        await using var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        var failure = await Assert.ThrowsAsync<SandboxException>(() => SandboxHost.StartAsync(_jailed.Options, CancellationToken.None));
        Assert.Contains("another server uses this folder", failure.Message, StringComparison.Ordinal);
        Assert.Equal("unharmed\n", (await RunInAsync(sandbox, Shell("echo unharmed"))).Output);
    }

    [Fact]
    public async Task Two_hosts_with_their_own_folders_do_not_touch_each_other()
    {
        await using var sandbox = await _jailed.Host.CreateAsync(Spec(), CancellationToken.None);
        await using (await SandboxHost.StartAsync(_jailed.Options with { RunDirectory = _jailed.Folder + "/other" }, CancellationToken.None))
        {
            Assert.Equal("both\n", (await RunInAsync(sandbox, Shell("echo both"))).Output);
        }

        Assert.Equal("still\n", (await RunInAsync(sandbox, Shell("echo still"))).Output);
    }

    [Fact]
    public async Task An_id_in_use_is_refused_and_its_owner_lives_on()
    {
        var spec = Spec();
        await using (var sandbox = await _jailed.Host.CreateAsync(spec, CancellationToken.None))
        {
            var failure = await Assert.ThrowsAsync<SandboxException>(() => _jailed.Host.CreateAsync(spec, CancellationToken.None));
            Assert.Equal(17, failure.Errno);
            Assert.Equal("mine\n", (await RunInAsync(sandbox, Shell("echo mine"))).Output);
        }

        Assert.Equal("free\n", (await _jailed.RunAsync(spec, Shell("echo free"))).Output);
    }

    [Fact]
    public async Task A_hundred_sandboxes_at_once_come_and_go_and_leave_nothing()
    {
        await _jailed.RunAsync(Spec(), Shell("true"));
        var descriptors = Traces.OpenDescriptors();
        var layers = Enumerable.Range(0, 3).Select(i => _jailed.MakeTree(($"{i}", ""))).ToList();

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() =>
            _jailed.RunAsync(Spec() with { OptLayers = [.. layers], Listen = [new(System.Net.IPAddress.Loopback, 9001)] }, Shell($"echo {i}; ls /opt")))));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}\n0\n1\n2\n"), results.Select(result => result.Output));
        Assert.InRange(Traces.OpenDescriptors(), 0, descriptors + 20);
        Assert.All(File.ReadAllLines(_jailed.RunFolder + "/cgroups"), place => Assert.Empty(Directory.GetDirectories(place)));
    }

    [Fact]
    public async Task A_create_that_is_cancelled_leaves_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            using var source = new CancellationTokenSource();
            var create = _jailed.Host.CreateAsync(Spec() with { Id = "cancelled" }, source.Token);
            await source.CancelAsync();
            try
            {
                await using var sandbox = await create;
            }
            catch (OperationCanceledException)
            {
            }
        }

        Assert.Equal("free\n", (await _jailed.RunAsync(Spec() with { Id = "cancelled" }, Shell("echo free"))).Output);
    }

    private ProcessSpec Tree() => Shell($"(setsid sleep {_marker} &) ; sleep {_marker} & exec sleep {_marker}");
}

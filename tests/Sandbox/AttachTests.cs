using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>Sandboxes that were made before it was known whom they serve are, afterwards, like any other.</summary>
public sealed class AttachTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    private const string Look = """
        cd /; awk '{ print $5, $6 }' /proc/self/mountinfo | sort; find /opt /var/task /var/cache -exec stat -c '%n %F %a %u %g' {} + | sort
        df -B1 /tmp /dev/shm | awk 'NR > 1 { print $2, $6 }'; df -i /tmp | awk 'NR > 1 { print $2 }'; id; ulimit -a
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_is_attached_later_looks_as_if_it_had_been_there_from_the_start(int layers)
    {
        SkipUnlessAttachable();
        var spec = Spec() with
        {
            OptLayers = [.. Enumerable.Range(0, layers).Select(i => jailed.MakeTree(("same", $"{i}"), ($"own/{i}", ""), ("link", $"-> own/{i}")))],
            TaskDirectory = jailed.MakeTree(("index.py", "code")),
            CacheDirectory = layers == 0 ? null : jailed.MakeTree(("kept/one", "compiled")),
            TmpSizeBytes = 24 << 20,
        };

        var exact = await jailed.RunAsync(spec, Shell(Look));
        await using var late = await jailed.CreateLateAsync(spec);
        var attached = await RunInAsync(late, Shell(Look));

        Assert.Equal(0, exact.Exit.Status);
        Assert.Equal(exact.Lines, attached.Lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Attached_in_two_steps_it_looks_the_same_and_the_task_comes_last(int layers)
    {
        SkipUnlessAttachable();
        var spec = Spec() with
        {
            OptLayers = [.. Enumerable.Range(0, layers).Select(i => jailed.MakeTree(("same", $"{i}"), ($"own/{i}", "")))],
            TaskDirectory = jailed.MakeTree(("index.py", "code")),
            TmpSizeBytes = 24 << 20,
        };
        var content = new SandboxContent(spec.OptLayers, spec.TaskDirectory, spec.TmpSizeBytes, spec.Limits.MemoryBytes);

        var exact = await jailed.RunAsync(spec, Shell(Look));
        await using var late = await jailed.Host.CreateAsync(
            spec with { Id = spec.Id + "l", OptLayers = [], TaskDirectory = null, AwaitsContent = true }, CancellationToken.None);
        await late.AttachLayersAsync(content);
        var between = await RunInAsync(late, Shell("find /opt -type f | wc -l; find /var/task"));
        await late.AttachTaskAsync(content);
        var attached = await RunInAsync(late, Shell(Look));

        Assert.Equal([layers == 0 ? "0" : $"{layers + 1}", "/var/task", "/var/task/lib"], between.Lines);
        Assert.Equal(exact.Lines, attached.Lines);
    }

    [Fact]
    public async Task Without_a_task_and_layers_both_folders_are_empty()
    {
        SkipUnlessAttachable();
        await using var late = await jailed.CreateLateAsync(Spec());
        var result = await RunInAsync(late, Shell("ls -A /opt /var/task"));
        Assert.Equal(["/opt:", "/var/task:"], result.Lines);
    }

    [Fact]
    public async Task A_process_that_waits_finds_the_content_and_the_libraries_in_it()
    {
        SkipUnlessAttachable();
        var lib = jailed.MakeTree(("lib/source.c", "int answer(void) { return 42; }"));
        await Tools.CompileAsync(lib, "lib/source.c", Path.Combine(lib, "lib/libanswer.so"), "-shared", "-fPIC");
        await using var sandbox = await jailed.Host.CreateAsync(Spec() with { AwaitsContent = true }, CancellationToken.None);
        var waiting = Python("""
            import ctypes, os, time
            try: ctypes.CDLL("libnowhere.so")
            except OSError: pass
            print("waits", flush=True)
            while not os.path.exists("/var/task/code"): time.sleep(0.001)
            print(ctypes.CDLL("libanswer.so").answer(), os.listdir("/var/task"))
            """);
        var process = await sandbox.StartProcessAsync(
            waiting with { Environment = ["PATH=/usr/bin", "LD_LIBRARY_PATH=/var/task/lib:/opt/lib"] }, CancellationToken.None);
        using var output = new StreamReader(process.Output.AsStream());
        Assert.Equal("waits", await output.ReadLineAsync()); // who first looks while content is attached may find half of it

        await sandbox.AttachAsync(new SandboxContent([lib], jailed.MakeTree(("code", "")), 16 << 20, 256 << 20));

        Assert.Equal("42 ['code']\n", await output.ReadToEndAsync());
    }

    [Theory]
    [InlineData(64, 200)]
    [InlineData(300, 100)]
    public async Task The_memory_limit_is_that_of_the_content(int madeWithMiB, int attachedMiB)
    {
        SkipUnlessAttachable();
        var spec = Spec();
        spec = spec with { AwaitsContent = true, Limits = spec.Limits with { MemoryBytes = (long)madeWithMiB << 20 } };
        await using var within = await jailed.Host.CreateAsync(spec, CancellationToken.None);
        await within.AttachAsync(new SandboxContent([], null, 16 << 20, (long)attachedMiB << 20));
        var fits = await RunInAsync(within, Python($"print(len(bytearray({attachedMiB - 40} << 20)))"));
        Assert.Equal($"{(attachedMiB - 40) << 20}\n", fits.Output);
        await using var beyond = await jailed.Host.CreateAsync(spec with { Id = spec.Id + "b" }, CancellationToken.None);
        await beyond.AttachAsync(new SandboxContent([], null, 16 << 20, (long)attachedMiB << 20));
        var process = await beyond.StartProcessAsync(
            Python($"import time\nx = bytearray({attachedMiB + 40} << 20)\ntime.sleep(5)"), CancellationToken.None);
        Assert.True((await process.Exited).OutOfMemory);
        Assert.True(beyond.OutOfMemory);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        SkipUnlessAttachable();
        await using var sandbox = await jailed.Host.CreateAsync(Spec() with { AwaitsContent = true }, CancellationToken.None);
        var missing = Path.Combine(jailed.Folder, "no-such-layer");
        var fault = await Assert.ThrowsAsync<SandboxException>(() => sandbox.AttachAsync(new SandboxContent([missing], null, 16 << 20, 64 << 20)));
        Assert.Contains(missing, fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, fault.Errno);
    }

    [Fact]
    public async Task A_sandbox_that_has_ended_says_so()
    {
        SkipUnlessAttachable();
        await using var sandbox = await jailed.Host.CreateAsync(Spec() with { AwaitsContent = true }, CancellationToken.None);
        sandbox.Kill();
        await sandbox.Gone;
        await Assert.ThrowsAsync<SandboxException>(() => sandbox.AttachAsync(new SandboxContent([], null, 16 << 20, 64 << 20)));
    }

    [Fact]
    public async Task Content_at_both_times_is_refused()
    {
        SkipUnlessAttachable();
        var spec = Spec() with { AwaitsContent = true, TaskDirectory = jailed.MakeTree(("code", "")) };
        await Assert.ThrowsAsync<SandboxException>(() => jailed.Host.CreateAsync(spec, CancellationToken.None));
    }
}

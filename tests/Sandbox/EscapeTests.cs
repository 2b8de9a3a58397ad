using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>What strangers' code can do, and mostly cannot: in the machine's root, there too where it was made in advance, and in an image's.</summary>
public sealed class EscapeTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    /// <summary>Whose files the root is made of.</summary>
    public enum Root
    {
        Machine,
        MachineInAdvance,
        Image,
    }

    /// <summary>The attempts whose refusal is not EPERM; 0: allowed, and harmless.</summary>
    private static readonly FrozenDictionary<string, int[]> OtherAnswers = new Dictionary<string, int[]>
    {
        ["clone3"] = [38],
        ["io_uring_setup"] = [38],
        ["unknown call"] = [38],
        ["x32 getpid"] = [38],
        ["32-bit getpid"] = [38],
        ["vsock"] = [97],
        ["af_alg"] = [97],
        ["packet"] = [97],
        ["open init's mount namespace"] = [13],
        ["open init's memory"] = [13],
        ["open init's root"] = [13],
        ["open init's descriptors"] = [13],
        ["list init's descriptors"] = [13],
        ["setuid 0"] = [22, 1],
        ["setgid 0"] = [22, 1],
        ["chown to root"] = [22, 1],
        ["kill the host's process"] = [3],
        ["kill init"] = [0],
        ["lower oom score"] = [13],
        ["write core pattern"] = [13, 30],
        ["write sysrq"] = [13, 2],
        ["read kcore"] = [13, 2],
        ["read kmsg"] = [2],
    }.ToFrozenDictionary();

    /// <summary>As root and with user namespaces every sandbox has a host id of its own.</summary>
    private bool OwnIds => jailed.Host.Greeting is { Rootless: false, NestedNamespaces: true, OwnIds: true };

    [Theory]
    [InlineData(Root.Machine)]
    [InlineData(Root.MachineInAdvance)]
    [InlineData(Root.Image)]
    public async Task Every_escape_attempt_is_refused(Root root)
    {
        var task = jailed.MakeTree();
        await Tools.CompileAsync(SourceFolder(), "escape/escape.c", Path.Combine(task, "escape"));
        await using var sandbox = await CreateAsync(root, await SpecAsync(root) with { TaskDirectory = task });

        var result = await RunInAsync(sandbox, Program("/var/task/escape", $"{Environment.ProcessId}"));

        Assert.True(result.Exit.Status == 0, $"{result.Exit}, after: {result.Lines.LastOrDefault()}");
        Assert.True(result.Lines.Length > 60);
        Assert.All(result.Lines, line =>
        {
            var name = line[..line.LastIndexOf(' ')];
            var errno = int.Parse(line[(line.LastIndexOf(' ') + 1)..]);
            Assert.True(OtherAnswers.GetValueOrDefault(name, [1]).Contains(errno), line);
        });
        Assert.Equal("alive\n", (await RunInAsync(sandbox, Shell("echo alive"))).Output);
    }

    [Theory]
    [InlineData(Root.Machine)]
    [InlineData(Root.MachineInAdvance)]
    [InlineData(Root.Image)]
    public async Task A_process_has_no_privilege_of_any_kind(Root root)
    {
        var result = await RunAsync(root, Shell("cat /proc/self/status; cat /proc/self/uid_map; id -G"));
        var status = result.Lines.Where(line => line.Contains(":\t")).ToDictionary(line => line[..line.IndexOf(':')], line => line[(line.IndexOf(':') + 2)..]);

        Assert.Equal("993\t993\t993\t993", status["Uid"]);
        Assert.Equal("990\t990\t990\t990", status["Gid"]);
        Assert.All(["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"], set => Assert.Equal("0000000000000000", status[set]));
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);
        var host = uint.Parse(result.Lines[^2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.True(OwnIds ? host >= 0x70000000 : host is 0 or 993, "mapped to " + host);
        Assert.DoesNotContain("0", result.Lines[^1].Split(' '));
    }

    [Theory]
    [InlineData(Root.Machine)]
    [InlineData(Root.MachineInAdvance)]
    [InlineData(Root.Image)]
    public async Task Limits_of_a_process_are_those_of_the_spec(Root root)
    {
        var result = await RunAsync(root, Shell("ulimit -n; ulimit -Hn; ulimit -c; ulimit -l; ulimit -s"));
        Assert.Equal(["1024", "1024", "0", "64", "8192"], result.Lines);
    }

    [Theory]
    [InlineData(Root.Machine)]
    [InlineData(Root.MachineInAdvance)]
    [InlineData(Root.Image)]
    public async Task Sandboxes_see_neither_each_others_processes_nor_files_nor_ids(Root root)
    {
        await using var one = await CreateAsync(root, await SpecAsync(root));
        await using var two = await CreateAsync(root, await SpecAsync(root));
        await RunInAsync(one, Shell("echo mine > /tmp/mine; echo mine > /dev/shm/mine"));
        var sleeper = await one.StartProcessAsync(Program("/bin/sleep", "1000"), CancellationToken.None);

        var seen = await RunInAsync(two, Shell("ls /tmp /dev/shm; grep -l sleep /proc/[0-9]*/comm; ls -d /proc/[0-9]* | wc -l; kill -9 -1; kill -0 3; true"));
        var ids = await Task.WhenAll(new[] { one, two }.Select(sandbox => RunInAsync(sandbox, Shell("cat /proc/self/uid_map"))));

        Assert.DoesNotContain("mine", seen.Output);
        Assert.DoesNotContain("comm", seen.Output);
        Assert.False(sleeper.Exited.IsCompleted);
        Assert.Equal(OwnIds ? 2 : 1, ids.Select(id => id.Output).Distinct().Count());
    }

    /// <summary>Also where it was made ahead of need: the programs leave the jail time for that.</summary>
    [Fact]
    public async Task Every_sandbox_has_a_network_of_its_own_with_loopback_up()
    {
        var sandboxes = new List<RunningSandbox>();
        var networks = new HashSet<string> { new FileInfo("/proc/self/ns/net").LinkTarget! };
        for (var i = 0; i < 8; i++)
        {
            sandboxes.Add(await jailed.Host.CreateAsync(Spec(), CancellationToken.None));
            var result = await RunInAsync(sandboxes[^1], Python("import os, socket; s = socket.create_server(('127.0.0.1', 9001)); "
                + "socket.create_connection(('127.0.0.1', 9001)); print(os.readlink('/proc/self/ns/net'))"));
            Assert.StartsWith("net:[", result.Output, StringComparison.Ordinal);
            Assert.True(networks.Add(result.Output.TrimEnd()), result.Output);
        }

        foreach (var sandbox in sandboxes)
        {
            await sandbox.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(Root.Machine)]
    [InlineData(Root.MachineInAdvance)]
    [InlineData(Root.Image)]
    public async Task Mounts_in_a_sandbox_show_nothing_but_its_own(Root root)
    {
        await using var sandbox = await CreateAsync(root, await SpecAsync(root) with { OptLayers = [jailed.MakeTree(), jailed.MakeTree()] });
        var result = await RunInAsync(sandbox, Shell("cut -d' ' -f5,6 /proc/self/mountinfo"));

        Assert.All(result.Lines, line =>
        {
            var (at, options) = (line.Split(' ')[0], line.Split(' ')[1].Split(','));
            Assert.Contains("nosuid", options);
            Assert.True(options.Contains("nodev") || at.StartsWith("/dev/", StringComparison.Ordinal), line);
            Assert.True(options.Contains("ro") || at is "/tmp" or "/proc" or "/dev/shm" || at.StartsWith("/dev/", StringComparison.Ordinal), line);
            Assert.True(at is "/" || new[] { "/usr", "/bin", "/sbin", "/lib", "/etc/", "/dev/", "/proc", "/opt", "/var/task", "/tmp" }.Any(at.StartsWith), line);
        });
        Assert.Single(result.Lines, line => line.StartsWith("/proc ", StringComparison.Ordinal));
        Assert.Single(result.Lines, line => line.StartsWith("/tmp", StringComparison.Ordinal));
    }

    private async Task<Result> RunAsync(Root root, ProcessSpec program)
    {
        await using var sandbox = await CreateAsync(root, await SpecAsync(root));
        return await RunInAsync(sandbox, program);
    }

    private Task<RunningSandbox> CreateAsync(Root root, SandboxSpec spec)
    {
        if (root != Root.MachineInAdvance)
        {
            return jailed.Host.CreateAsync(spec, CancellationToken.None);
        }

        SkipUnlessAttachable();
        return jailed.CreateLateAsync(spec);
    }

    private async Task<SandboxSpec> SpecAsync(Root root) => root != Root.Image ? Spec() : Spec() with { RootLayers = [await MakeImageAsync()] };

    /// <summary>An image of what these tests' scripts call, with the libraries that it needs.</summary>
    private async Task<string> MakeImageAsync()
    {
        var image = jailed.MakeTree();
        foreach (var program in new[] { "/bin/sh", "/bin/cat", "/usr/bin/cut", "/bin/grep", "/usr/bin/id", "/bin/ls", "/bin/sleep", "/usr/bin/wc" })
        {
            Place(program);
            foreach (var library in (await Tools.RunAsync("ldd", program)).Split((char[])[' ', '\t', '\n']).Where(static word => word.StartsWith('/')))
            {
                Place(library);
            }
        }

        return image;

        void Place(string file)
        {
            var copy = image + file;
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file, copy, overwrite: true);
        }
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

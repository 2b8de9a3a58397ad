using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Lamina.Sandbox.Native;

namespace Lamina.Sandbox;

public enum MachineState
{
    Ok,

    /// <summary>Sandboxes work, with less than they should have.</summary>
    Degraded,

    /// <summary>Sandboxes cannot be made without it.</summary>
    Missing,
}

/// <param name="Name">What was looked at.</param>
/// <param name="Found">What is there.</param>
/// <param name="Meaning">What it means for functions; empty when all is well.</param>
/// <param name="Fix">What to do about it; empty when all is well.</param>
public sealed record MachineCheck(string Name, MachineState State, string Found, string Meaning, string Fix);

/// <summary>What this machine offers to sandboxes, found out by making one.</summary>
public sealed record MachineReport(ImmutableArray<MachineCheck> Checks)
{
    private static readonly Version LeastKernel = new(5, 12);

    public bool CanRun => Checks.All(static check => check.State != MachineState.Missing);

    /// <summary>Probes in a folder of its own below <paramref name="scratchFolder"/>, which is removed again.</summary>
    public static async Task<MachineReport> ProbeAsync(string jailPath, string scratchFolder, CancellationToken cancellationToken)
    {
        var checks = ImmutableArray.CreateBuilder<MachineCheck>();
        checks.Add(Kernel());
        checks.Add(Compiler(jailPath));
        checks.Add(Pidfd());
        checks.Add(Seccomp());
        var folder = Path.Combine(scratchFolder, "doctor-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(folder);
        try
        {
            await ProbeJailAsync(checks, jailPath, folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return new MachineReport(checks.ToImmutable());
    }

    private static async Task ProbeJailAsync(
        ImmutableArray<MachineCheck>.Builder checks, string jailPath, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var options = new SandboxHostOptions { JailPath = jailPath, RunDirectory = Path.Combine(folder, "run") };
            await using var host = await SandboxHost.StartAsync(options, cancellationToken);
            var greeting = host.Greeting;
            checks.Add(UserNamespaces(greeting));
            checks.Add(FileOwners(greeting));
            checks.AddRange(Cgroups(greeting));
            checks.Add(await OverlayAsync(host, folder, cancellationToken));
            checks.Add(await NetworkAsync(host, folder, cancellationToken));
        }
        catch (SandboxException failure)
        {
            checks.Add(new MachineCheck("jail", MachineState.Missing, failure.Message, "No sandbox can be made.",
                "As an ordinary user: sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces above 0, on Ubuntu also "
                + "kernel.apparmor_restrict_unprivileged_userns=0; or run as root."));
        }
    }

    private static MachineCheck Kernel()
    {
        var version = Environment.OSVersion.Version;
        var known = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
        var found = $"Linux {version} on {RuntimeInformation.ProcessArchitecture}";
        return version >= LeastKernel && known
            ? Fine("kernel", found)
            : new MachineCheck("kernel", MachineState.Missing, found, "Sandboxes need mount_setattr and overlayfs in user namespaces.",
                $"Linux {LeastKernel} or newer on x86-64 or arm64.");
    }

    private static MachineCheck Compiler(string jailPath)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var compiler = path.Select(static folder => Path.Combine(folder, "cc")).FirstOrDefault(File.Exists);
        return compiler is not null ? Fine("C compiler", compiler)
            : new MachineCheck("C compiler", File.Exists(jailPath) ? MachineState.Degraded : MachineState.Missing, "none in PATH",
                "The jail cannot be built from source.", "apt-get install gcc libc6-dev");
    }

    private static MachineCheck Pidfd()
    {
        using var self = new Descriptor((int)LibC.PidfdOpen(LibC.SYS_pidfd_open, Environment.ProcessId, 0));
        return !self.IsInvalid ? Fine("pidfd", "pidfd_open works")
            : new MachineCheck("pidfd", MachineState.Missing, "pidfd_open fails", "Sandboxes cannot be watched and killed safely.", "Linux 5.12 or newer.");
    }

    private static MachineCheck Seccomp()
    {
        const string actions = "/proc/sys/kernel/seccomp/actions_avail";
        return File.Exists(actions) ? Fine("seccomp", File.ReadAllText(actions).Trim())
            : new MachineCheck("seccomp", MachineState.Missing, "not in this kernel", "System calls of functions cannot be filtered.", "A kernel with CONFIG_SECCOMP_FILTER.");
    }

    private static MachineCheck UserNamespaces(JailGreeting greeting)
    {
        var found = (greeting.Rootless ? "as an ordinary user" : "as root") + (greeting.NestedNamespaces ? ", one per sandbox" : ", none");
        if (!greeting.NestedNamespaces)
        {
            return new MachineCheck("user namespaces", MachineState.Degraded, found, "Sandboxes run as the host's user 993 and share its per-user limits.",
                "sysctl user.max_user_namespaces above 0.");
        }

        return greeting.Rootless || greeting.OwnIds ? Fine("user namespaces", found)
            : new MachineCheck("user namespaces", MachineState.Degraded, found + ", ids from 1879048192 on not mapped",
                "Sandboxes share one host user and its per-user limits.", "Run outside of a container, or map that range into it.");
    }

    private static MachineCheck FileOwners(JailGreeting greeting)
    {
        if (greeting.Owned == OwnedFolders.All)
        {
            return Fine("file owners", greeting.Rootless ? "files are the function's own" : "idmapped mounts work");
        }

        var where = greeting.Owned == OwnedFolders.None ? "" : " in /opt of more than one layer";
        return new MachineCheck("file owners", MachineState.Degraded, "no idmapped mounts" + where, "Files with owner-only modes are unreadable" + where + ".",
            "Linux 5.19 or newer and a data folder on ext4, xfs, btrfs (on tmpfs Linux 6.3), or run as an ordinary user.");
    }

    private static IEnumerable<MachineCheck> Cgroups(JailGreeting greeting)
    {
        var fix = greeting.Rootless
            ? "Run as root, or in a delegated cgroup: systemd-run --user --scope -p Delegate=yes ./lamina up"
            : "Mount cgroups writable (cgroup2 at /sys/fs/cgroup), with the memory, cpu, pids and freezer controllers.";
        (CgroupControllers Controller, string Name, string Meaning)[] wanted =
        [
            (CgroupControllers.Memory, "memory", "Memory is counted by sampling; a function may pass its limit for a moment."),
            (CgroupControllers.Cpu, "cpu", "Functions are not held to their share of the processor."),
            (CgroupControllers.Pids, "pids", "Processes are limited by RLIMIT_NPROC of the sandbox's user namespace instead."),
            (CgroupControllers.Freezer, "freezer", "Between invocations processes are stopped by SIGSTOP, which their parents can notice."),
        ];
        foreach (var (controller, name, meaning) in wanted)
        {
            yield return greeting.Controllers.HasFlag(controller)
                ? Fine($"cgroup {name}", $"version {greeting.CgroupVersion}")
                : new MachineCheck($"cgroup {name}", MachineState.Degraded, "not writable", meaning, fix);
        }
    }

    private static async Task<MachineCheck> OverlayAsync(SandboxHost host, string folder, CancellationToken cancellationToken)
    {
        var layers = new[] { "one", "two" }.Select(name => Directory.CreateDirectory(Path.Combine(folder, name)).FullName);
        var failure = await TryCreateAsync(host, [.. layers], SandboxNetwork.Host, cancellationToken);
        return failure is null ? Fine("overlayfs", "merges layers")
            : new MachineCheck("overlayfs", MachineState.Missing, failure, "Functions with more than one layer cannot start.",
                "modprobe overlay; as an ordinary user a kernel ≥ 5.12 and a data folder on ext4, xfs, btrfs or tmpfs.");
    }

    private static async Task<MachineCheck> NetworkAsync(SandboxHost host, string folder, CancellationToken cancellationToken)
    {
        var failure = await TryCreateAsync(host, [folder], SandboxNetwork.Isolated, cancellationToken);
        return failure is null ? Fine("network namespaces", "isolated loopback works")
            : new MachineCheck("network namespaces", MachineState.Missing, failure, "Functions without network cannot be isolated.", "A kernel with CONFIG_NET_NS.");
    }

    private static async Task<string?> TryCreateAsync(
        SandboxHost host, ImmutableArray<string> layers, SandboxNetwork network, CancellationToken cancellationToken)
    {
        const long size = 16 << 20;
        try
        {
            await using var sandbox = await host.CreateAsync(
                new SandboxSpec
                {
                    Id = "doctor",
                    HostName = "doctor",
                    OptLayers = layers,
                    RootLayers = [],
                    TaskDirectory = null,
                    RuntimeDirectory = null,
                    HostBinds = [],
                    TmpSizeBytes = size,
                    Limits = new SandboxLimits(size, 1, 16, 64),
                    Network = network,
                    Listen = [],
                },
                cancellationToken);
            return null;
        }
        catch (SandboxException failure)
        {
            return failure.Message;
        }
    }

    private static MachineCheck Fine(string name, string found) => new(name, MachineState.Ok, found, "", "");
}

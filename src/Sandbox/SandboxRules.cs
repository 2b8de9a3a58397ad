using System.Collections.Immutable;

namespace Lamina.Sandbox;

/// <summary>What a spec must be before it is worth sending, and what the jail's greeting means in words.</summary>
internal static class SandboxRules
{
    private const int MaxIdLength = 64;

    public static void Check(SandboxSpec spec)
    {
        Require(spec.Id.Length is > 0 and <= MaxIdLength && spec.Id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'),
            $"sandbox id '{spec.Id}': letters, digits and '-', at most {MaxIdLength}");
        Require(spec.Limits.MemoryBytes >= 1 << 20, $"memory limit {spec.Limits.MemoryBytes}: at least 1 MiB");
        Require(spec.TmpSizeBytes >= 4096, $"/tmp size {spec.TmpSizeBytes}: at least one page");
        Require(spec.Limits.Cpus > 0, $"cpus {spec.Limits.Cpus}: more than 0");
        Require(spec.Limits.Processes >= 1, $"processes {spec.Limits.Processes}: at least 1");
        Require(spec.Limits.OpenFiles >= 16, $"open files {spec.Limits.OpenFiles}: at least 16");
        Require(!spec.AwaitsContent || (spec.OptLayers.IsEmpty && spec.TaskDirectory is null), "content that comes later: no layers and no task yet");
        foreach (var path in HostPaths(spec))
        {
            Require(Path.IsPathRooted(path), $"host path '{path}': must be absolute");
        }
    }

    public static ImmutableArray<string> Degradations(JailGreeting greeting)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (!greeting.NestedNamespaces)
        {
            missing.Add("No user namespaces: sandboxes run as the host's user 993 directly and share its per-user limits.");
        }
        else if (!greeting.Rootless && !greeting.OwnIds)
        {
            missing.Add("The id range from 1879048192 on is not mapped here: sandboxes share one host user and its per-user limits.");
        }

        if (greeting.Owned != OwnedFolders.All)
        {
            var where = greeting.Owned == OwnedFolders.None ? "" : " in /opt of more than one layer";
            missing.Add("No idmapped mounts: files with owner-only modes are unreadable" + where + "; as root on kernels before 5.12 (more than "
                + "one layer: 5.19) or a file system without them.");
        }

        AddMissing(missing, greeting, CgroupControllers.Memory, "memory: counted by sampling processes; a sandbox may pass its limit for a moment.");
        AddMissing(missing, greeting, CgroupControllers.Cpu, "cpu: sandboxes are not held to their share of the processor.");
        AddMissing(missing, greeting, CgroupControllers.Pids, "pids: limited by RLIMIT_NPROC per user namespace instead.");
        AddMissing(missing, greeting, CgroupControllers.Freezer, "freezing: between invocations processes are stopped by SIGSTOP instead.");
        return missing.ToImmutable();
    }

    private static void AddMissing(
        ImmutableArray<string>.Builder missing, JailGreeting greeting, CgroupControllers controller, string meaning)
    {
        if (!greeting.Controllers.HasFlag(controller))
        {
            missing.Add("No cgroup for " + meaning);
        }
    }

    private static IEnumerable<string> HostPaths(SandboxSpec spec)
    {
        var single = new[] { spec.TaskDirectory, spec.RuntimeDirectory }.OfType<string>();
        return spec.OptLayers.Concat(spec.RootLayers).Concat(single).Concat(spec.HostBinds.Select(static bind => bind.HostPath));
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new SandboxException("Invalid sandbox: " + rule + ".") { Errno = 22 };
        }
    }
}

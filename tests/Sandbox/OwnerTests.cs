using System.Runtime.CompilerServices;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>Files in /opt and /var/task look like the function's own, with the modes they have, and stay beyond its reach.</summary>
public sealed class OwnerTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Owner_only_files_are_readable_with_their_modes_and_the_functions_ids(int layers)
    {
        var spec = Spec() with
        {
            OptLayers = [.. Enumerable.Range(0, layers).Select(i => MakeOwnerOnly($"layer{i}"))],
            TaskDirectory = MakeOwnerOnly("task"),
        };

        var result = await jailed.RunAsync(spec, Shell("""
            for at in /opt /var/task; do cd $at; stat -c '%n %a %u %g' secret closed closed/deep tool; cat secret; echo; cat closed/deep; echo; done
            """));

        string[] modes = ["secret 600 993 990", "closed 700 993 990", "closed/deep 400 993 990", "tool 4711 993 990"];
        Assert.Equal([.. modes, $"layer{layers - 1}", $"layer{layers - 1}", .. modes, "task", "task"], result.Lines);
    }

    [Fact]
    public async Task A_file_of_somebody_else_is_nobodys_and_obeys_its_mode()
    {
        var task = "/etc"; // an ordinary user cannot give a file away, but has root's there
        if (IsRoot)
        {
            task = jailed.MakeTree(("shadow", "secret"));
            File.SetUnixFileMode(Path.Combine(task, "shadow"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            await Tools.RunAsync("chown", "12345:12345", Path.Combine(task, "shadow"));
        }

        var result = await jailed.RunAsync(Spec() with { TaskDirectory = task }, Shell("cd /var/task; stat -c '%a %u %g' shadow; cat shadow 2>&1"));

        Assert.Equal(["640 65534 65534", "cat: shadow: Permission denied"], result.Lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_owner_can_change_nothing_by_any_way(int layers)
    {
        var task = MakeOwnerOnly("task");
        var opt = Enumerable.Range(0, layers).Select(i => MakeOwnerOnly($"layer{i}")).ToList();
        await Tools.CompileAsync(SourceFolder(), "escape/owner.c", Path.Combine(task, "owner"));
        var before = Snapshot([task, .. opt]);
        var spec = Spec() with { OptLayers = [.. opt], TaskDirectory = task };

        foreach (var folder in new[] { "/opt", "/var/task" })
        {
            var result = await jailed.RunAsync(spec, Program("/var/task/owner", folder));

            Assert.Equal(0, result.Exit.Status);
            Assert.True(result.Lines.Length > 35, result.Output);
            Assert.All(result.Lines, line => Assert.EndsWith(" refused", line, StringComparison.Ordinal));
        }

        Assert.Equal(before, Snapshot([task, .. opt]));
    }

    [Fact]
    public async Task A_setuid_bit_has_no_effect()
    {
        var task = MakeOwnerOnly("task");
        File.Copy("/usr/bin/id", Path.Combine(task, "id"));
        File.SetUnixFileMode(Path.Combine(task, "id"), (UnixFileMode)0b110_111_101_101);

        var result = await jailed.RunAsync(Spec() with { TaskDirectory = task }, Shell("stat -c %a /var/task/id; /var/task/id -u; /var/task/id -ru; /var/task/id -g"));

        Assert.Equal(["6755", "993", "993", "990"], result.Lines);
    }

    [Fact]
    public async Task Host_ids_of_files_and_sandboxes_stay_together_over_many_sandboxes()
    {
        var spec = Spec() with { TaskDirectory = MakeOwnerOnly("task"), OptLayers = [MakeOwnerOnly("a"), MakeOwnerOnly("b")] };
        var seen = await Task.WhenAll(Enumerable.Range(0, 80).Select(i =>
            Task.Run(() => jailed.RunAsync(spec with { Id = $"many-{Environment.ProcessId}-{i}" }, Shell("cat /var/task/secret /opt/secret")))));
        Assert.All(seen, result => Assert.Equal("taskb", result.Output));
    }

    /// <summary>As an ordinary user nothing is idmapped, so nothing is lost and nothing said.</summary>
    [Fact]
    public async Task Where_a_file_system_has_no_idmapped_mounts_the_sandbox_starts_and_one_degradation_says_so()
    {
        await using var host = await SandboxHost.StartAsync(jailed.Options with { RunDirectory = jailed.RunFolder + "-other" }, CancellationToken.None);
        Assert.DoesNotContain(host.Degradations, text => text.Contains("owner-only", StringComparison.Ordinal));
        var spec = Spec() with { TaskDirectory = "/proc/sys/kernel" };

        await using var sandbox = await host.CreateAsync(spec, CancellationToken.None);
        var result = await RunInAsync(sandbox, Shell("stat -c '%u %a' /var/task/ostype; cat /var/task/ostype"));

        Assert.Equal(["65534 444", "Linux"], result.Lines);
        Assert.Equal(IsRoot ? 1 : 0, host.Degradations.Count(text => text.Contains("files with owner-only modes are unreadable", StringComparison.Ordinal)));
    }

    private string MakeOwnerOnly(string content)
    {
        var tree = jailed.MakeTree(("secret", content), ("closed/deep", content), ("tool", "#!/bin/sh\necho ran"));
        File.SetUnixFileMode(Path.Combine(tree, "secret"), OwnerOnly);
        File.SetUnixFileMode(Path.Combine(tree, "closed/deep"), UnixFileMode.UserRead);
        File.SetUnixFileMode(Path.Combine(tree, "closed"), OwnerFolder);
        File.SetUnixFileMode(Path.Combine(tree, "tool"), (UnixFileMode)0b100_111_001_001);
        return tree;
    }

    private static string Snapshot(IEnumerable<string> trees)
    {
        var entries = trees.SelectMany(tree => new DirectoryInfo(tree).EnumerateFileSystemInfos("*", SearchOption.AllDirectories));
        return string.Join('\n', entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => $"{entry.FullName} {entry.UnixFileMode} {entry.LastWriteTimeUtc:O} {(entry as FileInfo)?.Length}"));
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

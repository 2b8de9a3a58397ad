using System.Runtime.InteropServices;
using Lamina.Sandbox.Tests.Support;
using static Lamina.Sandbox.Tests.Support.JailedHost;

namespace Lamina.Sandbox.Tests;

/// <summary>The root made of an image's layers. The images have one program: it prints the files it is told.</summary>
public sealed class ImageRootTests(JailedHost jailed) : IClassFixture<JailedHost>
{
    private const string Printer = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(int argc, char **argv)
        {
            char text[4096], folder[4096];
            printf("%s in %s as %d\n", argv[0], getcwd(folder, sizeof folder), (int)getuid());
            for (int i = 1; i < argc; i++) {
                int fd = open(argv[i], O_RDONLY);
                ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text);
                if (length < 0)
                    printf("%s: %m\n", argv[i]);
                else
                    printf("%s: %.*s\n", argv[i], (int)length, text);
                if (fd >= 0)
                    close(fd);
            }
            return 0;
        }
        """;

    [Fact]
    public async Task The_layers_are_the_root_and_nothing_of_the_machine_is()
    {
        string low = await MakeImageAsync(("etc/passwd", "image"), ("data/a", "low"), ("data/b", "low"), ("gone", "x"), ("hidden/old", "x"), ("tmp", "-> /data"));
        string high = jailed.MakeTree(("data/a", "high"), ("hidden/new", "new"));
        Whiteout(high, "gone");
        Opaque(high, "hidden");
        Result result = await RunAsync(
            [low, high], "/bin/show", "/etc/passwd", "/data/a", "/data/b", "/gone", "/hidden/old", "/hidden/new", "/usr/bin/env", "/etc/hostname", "/dev/null");

        Assert.Equal(
            [
                "/bin/show in / as 993", "/etc/passwd: image", "/data/a: high", "/data/b: low", "/gone: No such file or directory",
                "/hidden/old: No such file or directory", "/hidden/new: new", "/usr/bin/env: No such file or directory",
                "/etc/hostname: No such file or directory", "/dev/null: ",
            ],
            result.Lines);
    }

    [Fact]
    public async Task A_name_is_found_in_PATH_and_a_relative_path_from_the_working_directory()
    {
        string image = await MakeImageAsync(("srv/note", "here"));
        SandboxSpec spec = Spec() with { RootLayers = [image] };
        await using RunningSandbox sandbox = await jailed.Host.CreateAsync(spec, CancellationToken.None);
        ProcessSpec named = Program("show", "note") with { Environment = ["PATH=/nowhere::/bin"], WorkingDirectory = "/srv" };

        Assert.Equal(["show in /srv as 993", "note: here"], (await RunInAsync(sandbox, named)).Lines);
        Assert.Equal(["../bin/show in /srv as 993"], (await RunInAsync(sandbox, Program("../bin/show") with { WorkingDirectory = "/srv" })).Lines);
        SandboxException missing = await Assert.ThrowsAsync<SandboxException>(() => RunInAsync(sandbox, named with { Arguments = ["absent"] }));
        Assert.Equal(("execve", 2), (missing.Step, missing.Errno));
        SandboxException nowhere = await Assert.ThrowsAsync<SandboxException>(() => RunInAsync(sandbox, named with { WorkingDirectory = "/none" }));
        Assert.Equal(("chdir", 2), (nowhere.Step, nowhere.Errno));
    }

    [Fact]
    public async Task A_hundred_layers_and_the_same_one_twice_are_merged()
    {
        string image = await MakeImageAsync(("top", "lowest"));
        string[] layers = [.. Enumerable.Range(0, 99).Select(i => jailed.MakeTree(("top", $"{i}"), ($"only{i}", "x")))];
        Result result = await RunAsync([image, .. layers, image], "/bin/show", "/top", "/only0", "/only98");
        Assert.Equal(["/bin/show in / as 993", "/top: lowest", "/only0: x", "/only98: x"], result.Lines);
    }

    [Fact]
    public async Task The_root_and_the_mount_points_in_it_are_sealed()
    {
        string image = await MakeImageAsync(("opt/own", "image"), ("proc", "-> /srv"));
        SandboxSpec spec = Spec() with { RootLayers = [image], OptLayers = [jailed.MakeTree(("tool", "layer"))], TaskDirectory = jailed.MakeTree(("code", "task")) };
        Result result = await jailed.RunAsync(
            spec, Program("/bin/show", "/opt/tool", "/var/task/code", "/proc/self/mountinfo"));
        Assert.Equal(["/bin/show in / as 993", "/opt/tool: layer", "/var/task/code: task"], result.Lines.Take(3));
        string root = Assert.Single(result.Lines, static line => line.Contains(" / / ", StringComparison.Ordinal));
        Assert.Contains(" / / ro,nosuid,nodev", root, StringComparison.Ordinal);
    }

    private Task<Result> RunAsync(string[] layers, params string[] command) =>
        jailed.RunAsync(Spec() with { RootLayers = [.. layers] }, Program(command));

    private async Task<string> MakeImageAsync(params (string Path, string Content)[] files)
    {
        string image = jailed.MakeTree([.. files, ("bin/", "")]);
        File.Copy(await CompileAsync(), Path.Combine(image, "bin", "show"));
        return image;
    }

    private async Task<string> CompileAsync()
    {
        string program = Path.Combine(jailed.Folder, "show");
        if (!File.Exists(program))
        {
            await File.WriteAllTextAsync(program + ".c", Printer);
            await Tools.CompileAsync(jailed.Folder, "show.c", program, "-static");
        }

        return program;
    }

    private static void Whiteout(string layer, string name) => Assert.Equal(0, MakeNode(Path.Combine(layer, name), 0x2000, 0));

    private static void Opaque(string layer, string folder) =>
        Assert.Equal(0, SetAttribute(Path.Combine(layer, folder), "user.overlay.opaque", "y"u8.ToArray(), 1, 0));

    [DllImport("libc", EntryPoint = "mknod")]
    private static extern int MakeNode(string path, uint mode, ulong device);

    [DllImport("libc", EntryPoint = "setxattr")]
    private static extern int SetAttribute(string path, string name, byte[] value, nuint size, int flags);
}

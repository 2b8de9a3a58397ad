using System.Collections.Immutable;
using System.Diagnostics;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class OptInspectorTests : IAsyncDisposable
{
    private const int Seed = 20261123;
    private const int Stacks = 25;

    // Mounts each stack as the sandbox does and says what is there: path, mode, link target or content.
    private const string MountAndList = """
        import os, stat, subprocess, sys
        point = sys.argv[1]
        for line in sys.stdin:
            subprocess.run(['mount', '-t', 'overlay', 'overlay', '-o', 'ro,lowerdir=' + line.strip(), point], check=True)
            print('stack')
            for root, folders, files in os.walk(point):
                for name in folders + files:
                    path = os.path.join(root, name); s = os.lstat(path)
                    kind = 'l' if stat.S_ISLNK(s.st_mode) else 'd' if stat.S_ISDIR(s.st_mode) else 'f'
                    text = os.readlink(path) if kind == 'l' else open(path).read() if kind == 'f' else ''
                    print('/opt' + path[len(point):], kind, oct(s.st_mode & 0o7777)[2:], text)
            subprocess.run(['umount', point], check=True)
        """;

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public OptInspectorTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_names_where_each_path_comes_from_and_what_it_covers()
    {
        ImmutableArray<OptEntry> opt = await InspectAsync(
            new ZipBuilder().File("both", "1").File("only1", "1").File("kind/x", "1").Folder("merged", 0x1C0).File("merged/a", "1"),
            new ZipBuilder().File("both", "22", 0x1ED).File("kind", "2").File("merged/b", "2"),
            new ZipBuilder().Link("both", "only1").File("merged/a", "3").File("kind/y", "3"));
        Assert.Equal(
            [
                "/opt/both Symlink 5 layer3 [layer2,layer1]",
                "/opt/kind Directory 0 layer3 [layer2,layer1]",
                "/opt/kind/y File 1 layer3 []",
                "/opt/merged Directory 0 layer3 []",
                "/opt/merged/a File 1 layer3 [layer1]",
                "/opt/merged/b File 1 layer2 []",
                "/opt/only1 File 1 layer1 []",
            ],
            opt.Select(entry => $"{entry.Path} {entry.Kind} {entry.SizeBytes} {entry.Layer} [{string.Join(',', entry.Shadows)}]"));
        Assert.Equal("only1", opt[0].LinkTarget);
    }

    [Fact]
    public async Task It_says_of_random_stacks_what_overlayfs_shows()
    {
        Random random = new(Seed);
        List<string> expected = [];
        List<string> mounts = [];
        for (int i = 0; i < Stacks; i++)
        {
            ZipBuilder[] layers = [.. Enumerable.Range(1, random.Next(2, 6)).Select(number => RandomLayer(random, $"layer{number}"))];
            List<string> trees = [];
            foreach (ZipBuilder layer in layers)
            {
                trees.Add(await _room.TreeOfAsync(layer.Build()));
            }

            // overlayfs wants the topmost first, Lambda names it last.
            mounts.Add(string.Join(':', Enumerable.Reverse(trees)));
            expected.Add("stack");
            expected.AddRange((await InspectAsync(layers)).Select(Describe));
        }

        Assert.Equal(expected, Sorted(await ListMountedAsync(mounts)));
    }

    private static string Describe(OptEntry entry) =>
        $"{entry.Path} {char.ToLowerInvariant(entry.Kind switch { OptEntryKind.Symlink => 'l', OptEntryKind.Directory => 'd', _ => 'f' })} "
        + $"{Convert.ToString(entry.Mode, 8)} {entry.LinkTarget ?? (entry.Kind == OptEntryKind.File ? entry.Layer : "")}";

    /// <summary>Files contain the name of their layer, so that what a mount shows says where it comes from.</summary>
    private static ZipBuilder RandomLayer(Random random, string layer)
    {
        ZipBuilder zip = new();
        zip.File(layer, layer);
        AddRandom(random, zip, layer, prefix: "", depth: 3);
        return zip;
    }

    private static void AddRandom(Random random, ZipBuilder zip, string layer, string prefix, int depth)
    {
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            switch (random.Next(6))
            {
                case 0 or 1 when depth > 0:
                    zip.Folder(prefix + name, random.Next(2) == 0 ? 0x1ED : 0x1C0);
                    AddRandom(random, zip, layer, $"{prefix}{name}/", depth - 1);
                    break;
                case 2 or 3:
                    zip.File(prefix + name, layer, random.Next(2) == 0 ? 0x1A4 : 0x180);
                    break;
                case 4:
                    zip.Link(prefix + name, $"to-{layer}");
                    break;
            }
        }
    }

    private static List<string> Sorted(IEnumerable<string> lines)
    {
        List<string> sorted = [];
        List<string> stack = [];
        foreach (string line in lines.Append("stack"))
        {
            if (line == "stack")
            {
                sorted.AddRange(stack.OrderBy(entry => entry[..entry.IndexOf(' ', StringComparison.Ordinal)], StringComparer.Ordinal));
                stack.Clear();
                sorted.Add(line);
            }
            else
            {
                stack.Add(line);
            }
        }

        return sorted[..^1];
    }

    private async Task<ImmutableArray<OptEntry>> InspectAsync(params ZipBuilder[] layers)
    {
        List<LayerReference> stack = [];
        foreach (ZipBuilder layer in layers)
        {
            StoredArchive content = await _room.StoreAsync(layer.Build());
            stack.Add(new LayerReference { Arn = $"layer{stack.Count + 1}", Content = content });
        }

        return await _room.Inspector.InspectAsync([.. stack], CancellationToken.None);
    }

    private async Task<string[]> ListMountedAsync(List<string> mounts)
    {
        string point = _folder.Below("opt");
        Directory.CreateDirectory(point);
        string[] userNamespace = Environment.IsPrivilegedProcess ? [] : ["-U", "-r"];
        using Process process = Process.Start(new ProcessStartInfo("unshare", [.. userNamespace, "-m", "python3", "-c", MountAndList, point])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteLineAsync(string.Join('\n', mounts));
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

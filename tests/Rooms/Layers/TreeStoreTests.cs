using System.Diagnostics;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class TreeStoreTests : IAsyncDisposable
{
    // Makes a folder with odd modes and links, and zips it with Python's own zip module.
    private const string ZipWithPython = """
        import os, sys, zipfile
        source, archive = sys.argv[1:]
        os.makedirs(source + '/bin/deep'); os.makedirs(source + '/locked')
        for name, mode in (('bin/run', 0o755), ('bin/plain', 0o644), ('bin/deep/secret', 0o600), ('locked/r', 0o444),
                           ('odd', 0o751), ('group', 0o2755), ('user', 0o4711), ('none', 0o000), ('empty', 0o640), ('all', 0o777), ('shared', 0o666)):
            with open(source + '/' + name, 'w') as f:
                f.write('' if name == 'empty' else name)
            os.chmod(source + '/' + name, mode)
        os.symlink('bin/run', source + '/link'); os.symlink('../nowhere/é', source + '/dangling'); os.symlink('/etc', source + '/outside')
        os.chmod(source + '/bin/deep', 0o700); os.chmod(source + '/locked', 0o555)
        with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as z:
            for root, folders, files in os.walk(source):
                for name in folders + files:
                    path = os.path.join(root, name); inner = os.path.relpath(path, source)
                    if os.path.islink(path):
                        info = zipfile.ZipInfo(inner); info.create_system = 3; info.external_attr = os.lstat(path).st_mode << 16
                        z.writestr(info, os.readlink(path))
                    else:
                        z.write(path, inner) if os.access(path, os.R_OK) else None
        """;

    private const string Describe = """
        import os, sys, stat
        for root, folders, files in os.walk(sys.argv[1]):
            for name in folders + files:
                path = os.path.join(root, name); s = os.lstat(path)
                link = os.readlink(path) if stat.S_ISLNK(s.st_mode) else ''
                print(os.path.relpath(path, sys.argv[1]), oct(s.st_mode), 0 if stat.S_ISDIR(s.st_mode) else s.st_size, link)
        """;

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _room;

    public TreeStoreTests() => _room = LayersRoom.In(_folder);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Modes_and_links_are_those_that_were_zipped()
    {
        await RunAsync("python3", "-c", ZipWithPython, _folder.Below("source"), _folder.Below("source.zip"));
        string tree = await _room.TreeOfAsync(await File.ReadAllBytesAsync(_folder.Below("source.zip")));
        string[] expected = (await RunAsync("python3", "-c", Describe, _folder.Below("source"))).Split('\n');
        string[] actual = (await RunAsync("python3", "-c", Describe, tree)).Split('\n');

        // An ordinary user cannot zip a file without any permission.
        Assert.Equal(expected.Where(line => Environment.IsPrivilegedProcess || !line.StartsWith("none ", StringComparison.Ordinal)).Order(), actual.Order());
        Assert.Contains("link 0o120777 7 bin/run", actual);
    }

    [Fact]
    public async Task Entries_without_a_unix_mode_get_the_usual_ones()
    {
        ZipBuilder zip = new();
        zip.Add(new ZipItem { Name = "dos"u8.ToArray(), Host = 0 });
        zip.Add(new ZipItem { Name = "readonly"u8.ToArray(), Host = 0, DosAttributes = 1 });
        zip.Add(new ZipItem { Name = "folder/"u8.ToArray(), Host = 0, DosAttributes = 0x10, Method = 0 });
        zip.Add(new ZipItem { Name = "zero"u8.ToArray() });
        zip.Add(new ZipItem { Name = "implicit/file"u8.ToArray(), Mode = 0x8000 });
        string tree = await _room.TreeOfAsync(zip.Build());
        Assert.Equal("644", Mode(tree, "dos"));
        Assert.Equal("444", Mode(tree, "readonly"));
        Assert.Equal("755", Mode(tree, "folder"));
        Assert.Equal("644", Mode(tree, "zero"));
        Assert.Equal("755", Mode(tree, "implicit"));
        Assert.Equal("0", Mode(tree, "implicit/file"));
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_still_gets_its_files()
    {
        string tree = await _room.TreeOfAsync(new ZipBuilder().Folder("a", 0x16D).File("a/b", "x").Folder("a/c", 0x140).File("a/c/d", "y").Build());
        Assert.Equal("555", Mode(tree, "a"));
        Assert.Equal("500", Mode(tree, "a/c"));
        Assert.Equal("y", await File.ReadAllTextAsync(Path.Combine(tree, "a/c/d")));
    }

    [Fact]
    public async Task Identical_files_are_one_inode_across_trees_unless_their_modes_differ()
    {
        string one = await _room.TreeOfAsync(new ZipBuilder().File("a", "same").File("b", "same").File("x", "same", 0x1ED).Build());
        string two = await _room.TreeOfAsync(new ZipBuilder().File("deep/c", "same").File("d", "other").Build());
        string[] inodes = (await RunAsync("stat", "-c", "%i %Y", $"{one}/a", $"{one}/b", $"{two}/deep/c", $"{one}/x")).Split('\n');
        Assert.Single(inodes[..3].Distinct());
        Assert.NotEqual(inodes[0], inodes[3]);
        Assert.All(inodes, line => Assert.EndsWith(" 315532800", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tree_can_be_entered_by_other_users()
    {
        string tree = await _room.TreeOfAsync(ZipBuilder.Of(("a", "x")));
        Assert.Equal("755", Mode(tree, "."));
        Assert.Equal("755", Mode(tree, ".."));
    }

    [Fact]
    public async Task A_tree_is_there_without_waiting_once_it_was_made_also_after_a_restart()
    {
        StoredArchive archive = await _room.StoreAsync(ZipBuilder.Of(("a", "x")));
        Assert.False(_room.Trees.IsReady(archive));
        string tree = await _room.MaterializeAsync(archive);
        Assert.Equal(tree, _room.Trees.TryLease(archive)?.Directory);
        await using TreeStore again = TreeStore.Open(LayersDirectories.Below(_room.DirectoryPath), _room.Archives, _room.Manifests, TimeProvider.System, "this-boot");
        Assert.Equal(tree, again.TryLease(archive)?.Directory);
    }

    [Fact]
    public async Task Many_who_ask_for_one_tree_get_one()
    {
        StoredArchive archive = await _room.StoreAsync(ManyFiles(0));
        string[] trees = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _room.MaterializeAsync(archive))));
        Assert.Single(trees.Distinct());
        Assert.Equal(150, Directory.GetFiles(trees[0], "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Trees_that_share_files_can_be_made_at_once()
    {
        StoredArchive[] archives = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _room.StoreAsync(ManyFiles(i))));
        string[] trees = await Task.WhenAll(archives.Select(archive => _room.MaterializeAsync(archive)));
        Assert.Equal(6, trees.Distinct().Count());
        string[] inodes = (await RunAsync("stat", ["-c", "%i", .. trees.Select(tree => $"{tree}/common/7")])).Split('\n');
        Assert.Single(inodes.Distinct());
    }

    [Fact]
    public async Task One_who_gives_up_does_not_stop_the_others()
    {
        StoredArchive archive = await _room.StoreAsync(ManyFiles(0));
        using CancellationTokenSource impatient = new();
        Task<TreeLease> given = _room.Trees.LeaseAsync(archive, impatient.Token);
        Task<string> patient = _room.MaterializeAsync(archive);
        await impatient.CancelAsync();
        await Task.WhenAny(given);
        Assert.True(Directory.Exists(await patient));
    }

    [Fact]
    public async Task A_tree_that_could_not_be_made_is_tried_again()
    {
        byte[] zip = ZipBuilder.Of(("a", "x"));
        StoredArchive archive = await _room.StoreAsync(zip);
        _room.Archives.Delete(archive.Digest);
        IOException failed = await Assert.ThrowsAsync<IOException>(() => _room.MaterializeAsync(archive));
        Assert.Contains(archive.Tree.ToString(), failed.Message, StringComparison.Ordinal);
        Assert.False(_room.Trees.IsReady(archive));
        await _room.StoreAsync(zip);
        Assert.True(Directory.Exists(await _room.MaterializeAsync(archive)));
    }

    [Fact]
    public async Task A_tree_made_of_known_files_does_not_need_its_archive()
    {
        await _room.TreeOfAsync(ZipBuilder.Of(("a", "x"), ("b", "y")));
        StoredArchive archive = await _room.StoreAsync(ZipBuilder.Of(("elsewhere/a", "x")));
        _room.Archives.Delete(archive.Digest);
        string tree = await _room.MaterializeAsync(archive);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(tree, "elsewhere/a")));
    }

    [Fact]
    public async Task More_equal_files_than_an_inode_takes_links_get_a_second_inode()
    {
        ZipBuilder zip = new() { Zip64End = true };
        for (int i = 0; i < 66_000; i++)
        {
            zip.Add(new ZipItem { Name = System.Text.Encoding.ASCII.GetBytes($"{i % 50}/{i}"), Mode = 0x81A4, Method = 0 });
        }

        string tree = await _room.TreeOfAsync(zip.Build());
        Assert.Equal(66_000, Directory.GetFiles(tree, "*", SearchOption.AllDirectories).Length);
        string other = await _room.TreeOfAsync(new ZipBuilder().File("empty", "").Build());
        Assert.Equal(0, new FileInfo(Path.Combine(other, "empty")).Length);
    }

    private static byte[] ManyFiles(int variant)
    {
        ZipBuilder zip = new();
        for (int i = 0; i < 149; i++)
        {
            zip.File($"common/{i}", $"content {i}");
        }

        return zip.File("own", $"{variant}").Build();
    }

    private static string Mode(string tree, string path) =>
        Convert.ToString((int)File.GetUnixFileMode(Path.Combine(tree, path)), 8);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}

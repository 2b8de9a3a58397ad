using System.IO.Compression;
using System.Runtime.Versioning;
using Lamina.Cli;
using Lamina.Cli.Archives;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Cli;

[SupportedOSPlatform("linux")]
public sealed class FolderArchiveTests
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int SymlinkType = 0xA000;
    private const int TypeMask = 0xF000;
    private const int ModeMask = 0xFFF;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_content_gives_the_same_bytes_whatever_its_times_and_order()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        first.Write("python/b.py", "b", Plain);
        first.Write("python/a.py", "a", Executable);
        second.Write("python/a.py", "a", Executable);
        string later = second.Write("python/b.py", "b", Plain);
        File.SetLastWriteTimeUtc(later, new DateTime(2031, 5, 6, 7, 8, 9, DateTimeKind.Utc));

        byte[] one = await FolderArchive.ZipAsync(first.Path, Token);
        byte[] other = await FolderArchive.ZipAsync(second.Path, Token);

        Assert.Equal(one, other);
    }

    [Fact]
    public async Task An_empty_folder_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();

        CliError refusal = await Assert.ThrowsAsync<CliError>(() => FolderArchive.ZipAsync(folder.Path, Token));

        Assert.Contains("empty", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(folder.Path, refusal.Where);
    }

    [Fact]
    public async Task Entries_are_sorted_and_keep_their_modes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/z", "z", Plain);
        folder.Write("bin/tool", "#!/bin/sh", Executable);
        folder.Write("bin/secret", "s", UnixFileMode.UserRead);
        File.SetUnixFileMode(Path.Combine(folder.Path, "lib"), Executable & ~UnixFileMode.OtherRead);

        using ZipArchive zip = Open(await FolderArchive.ZipAsync(folder.Path, Token));

        Assert.Equal(["bin/", "bin/secret", "bin/tool", "lib/", "lib/z"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal((int)Executable, Mode(zip, "bin/tool"));
        Assert.Equal((int)UnixFileMode.UserRead, Mode(zip, "bin/secret"));
        Assert.Equal((int)(Executable & ~UnixFileMode.OtherRead), Mode(zip, "lib/"));
    }

    [Fact]
    public async Task A_symlink_stays_a_symlink_even_to_a_folder_or_to_nowhere()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lib/libx.so.1.2", "x", Plain);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "lib/libx.so"), "libx.so.1.2");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "lib64"), "lib");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "nowhere"), "/does/not/exist");

        using ZipArchive zip = Open(await FolderArchive.ZipAsync(folder.Path, Token));

        Assert.Equal(["lib/", "lib/libx.so", "lib/libx.so.1.2", "lib64", "nowhere"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal("libx.so.1.2", Target(zip, "lib/libx.so"));
        Assert.Equal("lib", Target(zip, "lib64"));
        Assert.Equal("/does/not/exist", Target(zip, "nowhere"));
    }

    [Fact]
    public async Task An_empty_file_and_an_empty_folder_are_kept()
    {
        using var folder = new TemporaryFolder();
        folder.Write("python/package/__init__.py", string.Empty, Plain);
        Directory.CreateDirectory(Path.Combine(folder.Path, "empty"));

        using ZipArchive zip = Open(await FolderArchive.ZipAsync(folder.Path, Token));

        Assert.Equal(["empty/", "python/", "python/package/", "python/package/__init__.py"], zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task A_folder_over_the_unzipped_limit_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        string big = folder.Write("big", string.Empty, Plain);
        await using (FileStream file = File.OpenWrite(big))
        {
            file.SetLength(Limits.UnzippedBytes + 1); // sparse: takes no space
        }

        CliError error = await Assert.ThrowsAsync<CliError>(() => FolderArchive.ZipAsync(folder.Path, Token));

        Assert.Contains("262,144,001 bytes; Lambda takes 262,144,000", error.Message, StringComparison.Ordinal);
    }

    private static ZipArchive Open(byte[] archive) => new(new MemoryStream(archive), ZipArchiveMode.Read);

    private static int Mode(ZipArchive zip, string name) => Attributes(zip, name) & ModeMask;

    private static int Attributes(ZipArchive zip, string name) => (int)((uint)zip.GetEntry(name)!.ExternalAttributes >> 16);

    private static string Target(ZipArchive zip, string name)
    {
        Assert.Equal(SymlinkType, Attributes(zip, name) & TypeMask);
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}

using System.IO.Pipelines;
using System.Text;
using Lamina.Contract;
using Lamina.Execution.StackCaches;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lamina.Rooms.Tests.Execution.StackCaches;

/// <summary>Caches on disk: what a sandbox may send of one, and that one that is not as it was made is none.</summary>
public sealed class StackCacheStoreTests : IDisposable
{
    private const string Name = "v22.11.0-x64-f4c5a1b2-993/0d412515";

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-caches-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_sent_is_shown_and_outlives_the_server()
    {
        StackCacheStore store = Open();
        await MakeAsync(store, "one", "compiled");
        using (StackCacheLease lease = store.TryLease(Of("one"))!)
        {
            Assert.Equal("compiled", await File.ReadAllTextAsync(Path.Combine(lease.Folder, "node", Name)));
        }

        Assert.Equal(["require /opt/a.js"], store.Find("one")!.Units);
        Assert.Null(store.TryLease(Of("two")));

        StackCacheStore next = Open();
        using StackCacheLease again = next.TryLease(Of("one"))!;
        Assert.Equal(8, next.Find("one")!.Bytes);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(again.Folder, "node", Name)));
    }

    [Theory]
    [InlineData("v22.11.0-x64-f4c5a1b2-993/../../../x")]
    [InlineData("../x")]
    [InlineData("/etc/x")]
    [InlineData("v22.11.0-x64-f4c5a1b2-993/")]
    [InlineData("v22.11.0-x64-f4c5a1b2-993/0d412515/a")]
    [InlineData("v22.11.0-x64-f4c5a1b2-993/0d412515.js")]
    [InlineData("v22.11.0-x64-f4c5a1b2-993/0d41251500")]
    [InlineData("0d412515")]
    [InlineData("classes.jsa")]
    [InlineData("manifest.json")]
    [InlineData("")]
    public async Task A_file_of_another_name_is_refused_and_so_is_what_comes_after(string name)
    {
        using StackCacheUpload upload = Open().Begin("nodejs");

        Assert.False(await upload.ReceiveAsync(name, Body("x")));
        Assert.False(await upload.ReceiveAsync(Name, Body("x")));
        Assert.True(upload.IsRefused);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_comes_once_and_all_together_are_bounded()
    {
        using StackCacheUpload twice = Open().Begin("nodejs");
        Assert.True(await twice.ReceiveAsync(Name, Body("x")));
        Assert.False(await twice.ReceiveAsync(Name, Body("x")));

        using StackCacheUpload large = Open().Begin("java");
        Assert.False(await large.ReceiveAsync("classes.jsa", PipeReader.Create(new ZeroStream(Limits.StackCacheBytes + 1))));
        Assert.True(large.IsRefused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_one_is_dropped(bool afterRestart)
    {
        StackCacheStore store = Open();
        await MakeAsync(store, "one", "compiled");
        string file = Directory.EnumerateFiles(_folder, "0d412515", SearchOption.AllDirectories).Single();
        DateTime changed = File.GetLastWriteTimeUtc(file);
        await File.WriteAllTextAsync(file, afterRestart ? "COMPILED" : "compiled and more");
        File.SetLastWriteTimeUtc(file, changed);

        StackCacheStore next = afterRestart ? Open() : store;
        Assert.Null(next.TryLease(Of("one")));
        Assert.Null(next.Find("one"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task What_was_half_made_or_is_none_goes_when_a_server_starts()
    {
        StackCacheStore store = Open();
        using StackCacheUpload left = store.Begin("nodejs");
        await left.ReceiveAsync(Name, Body("x"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "stray"), "x");

        _ = Open();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task The_least_used_goes_but_stays_where_it_is_shown()
    {
        StackCacheStore store = Open(limitBytes: 20);
        await MakeAsync(store, "one", "01234567");
        await MakeAsync(store, "two", "01234567");
        StackCacheLease shown = store.TryLease(Of("two"))!;
        store.TryLease(Of("one"))!.Dispose();

        await MakeAsync(store, "three", "01234567");

        Assert.Null(store.Find("two"));
        Assert.NotNull(store.Find("one"));
        Assert.True(Directory.Exists(shown.Folder));
        shown.Dispose();
        Assert.False(Directory.Exists(shown.Folder));
    }

    private StackCacheStore Open(long limitBytes = 1L << 30)
    {
        StackCacheStore store = new(_folder, limitBytes, TimeProvider.System, NullLogger<StackCacheStore>.Instance);
        store.Open();
        return store;
    }

    private static async Task MakeAsync(StackCacheStore store, string key, string text)
    {
        using StackCacheUpload upload = store.Begin("nodejs");
        Assert.True(await upload.ReceiveAsync(Name, Body(text)));
        store.Commit(key, upload, ["require /opt/a.js"]);
    }

    private static StackCachePlan Of(string key) => new(key, "nodejs", "nodejs:22.v11.0", "000000000000");

    private static PipeReader Body(string text) => PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    /// <summary>So many bytes of nothing.</summary>
    private sealed class ZeroStream(long length) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = (int)Math.Min(_left, buffer.Length);
            _left -= read;
            return ValueTask.FromResult(read);
        }
    }
}

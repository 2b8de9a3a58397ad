using System.Collections.Immutable;
using Lamina.Cli.Archives;
using Lamina.Cli.Dev;

namespace Lamina.Rooms.Tests.Cli;

public sealed class FolderDeltaTests
{
    private const int FileMode = 0x81A4;
    private const int FolderMode = 0x41ED;

    private static readonly FolderChanges Nothing = new(new HashSet<string>(), Everything: false);
    private static readonly ImmutableArray<FolderEntry> Start = [Folder("a/"), File("a/one", 100), File("a/two", 100), File("big", 1_000)];

    [Fact]
    public void First_the_whole_folder_is_sent()
    {
        FolderUpdate update = new FolderDelta().Compare(Start, FolderChanges.All)!;

        Assert.True(update.Whole);
        Assert.Equal(Start, update.Entries);
    }

    [Fact]
    public void Then_only_what_changed_with_the_folders_it_lies_in()
    {
        FolderDelta delta = Sent(Start);

        FolderUpdate update = delta.Compare(Start.SetItem(1, File("a/one", 101)), Nothing)!;

        Assert.False(update.Whole);
        Assert.Equal(["a/", "a/one"], update.Entries.Select(static entry => entry.Name));
        Assert.Equal(["a/one"], update.Changed);
    }

    [Fact]
    public void Every_later_change_brings_the_earlier_ones_along()
    {
        FolderDelta delta = Sent(Start);
        ImmutableArray<FolderEntry> second = Start.SetItem(1, File("a/one", 101));
        delta.Sent(delta.Compare(second, Nothing)!);

        FolderUpdate update = delta.Compare(second.SetItem(2, File("a/two", 102)), Nothing)!;

        Assert.Equal(["a/", "a/one", "a/two"], update.Entries.Select(static entry => entry.Name));
        Assert.Equal(["a/two"], update.Changed);
    }

    [Fact]
    public void A_removal_needs_the_whole_again()
    {
        FolderUpdate update = Sent(Start).Compare(Start.RemoveAt(2), Nothing)!;

        Assert.True(update.Whole);
        Assert.Equal(1, update.RemovedCount);
    }

    [Fact]
    public void A_file_that_came_and_went_since_the_whole_is_just_left_out()
    {
        FolderDelta delta = Sent(Start);
        ImmutableArray<FolderEntry> second = Start.SetItem(1, File("a/one", 101));
        delta.Sent(delta.Compare(second.Add(File("new", 1)), Nothing)!);

        FolderUpdate update = delta.Compare(second, Nothing)!;

        Assert.False(update.Whole);
        Assert.Equal(["a/", "a/one"], update.Entries.Select(static entry => entry.Name));
    }

    [Fact]
    public void A_file_that_the_system_saw_change_counts_though_size_and_time_are_the_same()
    {
        FolderDelta delta = Sent(Start);

        FolderUpdate? update = delta.Compare(Start, new FolderChanges(new HashSet<string> { "/folder/a" }, Everything: false));

        Assert.Equal(["a/one", "a/two"], update!.Changed);
        Assert.Null(delta.Compare(Start, Nothing));
    }

    [Fact]
    public void After_a_failure_the_whole_is_sent()
    {
        FolderDelta delta = Sent(Start);
        delta.Forget();

        Assert.True(delta.Compare(Start.SetItem(1, File("a/one", 101)), Nothing)!.Whole);
    }

    private static FolderDelta Sent(ImmutableArray<FolderEntry> entries)
    {
        var delta = new FolderDelta();
        delta.Sent(delta.Compare(entries, FolderChanges.All)!);
        return delta;
    }

    private static FolderEntry File(string name, long sizeBytes) => new(name, $"/folder/{name}", FileMode, sizeBytes, null, default);

    private static FolderEntry Folder(string name) => new(name, $"/folder/{name.TrimEnd('/')}", FolderMode, 0, null, default);
}

using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Layers;

public sealed class LayerLibraryTests : IAsyncDisposable
{
    private static readonly byte[] Zip = ZipBuilder.Of(("python/shared.py", "x = 1"));

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2018, 11, 27, 15, 10, 45, 123, TimeSpan.Zero));
    private readonly LayersRoom _room;

    public LayerLibraryTests() => _room = new LayersRoom(_folder.Below("data"), "this-boot", _time);

    private static Caller Caller => LayersRoom.Caller;

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_published_version_says_what_was_asked_for()
    {
        PublishLayerVersionRequest request = new()
        {
            LayerName = "common",
            Description = "ours",
            LicenseInfo = "MIT",
            CompatibleRuntimes = ["python3.11"],
            CompatibleArchitectures = [],
        };
        LayerVersion published = await _room.Publisher.PublishAsync(Caller, request, Zip, CancellationToken.None);
        Assert.Equal("arn:aws:lambda:eu-central-1:000000000000:layer:common", published.LayerArn);
        Assert.Equal((1, "2018-11-27T15:10:45.123+0000", "ours", "MIT"), (published.Version, published.CreatedDate, published.Description, published.LicenseInfo));
        LayerVersion read = _room.Library.Get(Caller, Arn("common", 1));
        Assert.Equal(["python3.11"], read.CompatibleRuntimes);
        Assert.Empty(read.CompatibleArchitectures!);
        Assert.Equal(Sha256.Of(Zip), read.Content.Digest);
    }

    [Fact]
    public async Task Lists_that_were_not_given_stay_absent_and_the_description_is_empty()
    {
        LayerVersion version = await _room.PublishAsync("plain", Zip);
        Assert.Null(version.CompatibleRuntimes);
        Assert.Null(version.CompatibleArchitectures);
        Assert.Equal("", version.Description);
    }

    [Fact]
    public async Task Version_numbers_are_never_reused()
    {
        await _room.PublishAsync("a", Zip);
        await _room.PublishAsync("a", Zip);
        await DeleteAsync("a", 1);
        await DeleteAsync("a", 2);
        Assert.Empty(_room.Library.ListVersions(Caller, Layer("a")));
        Assert.Empty(_room.Library.ListNewest(Caller, after: null));
        Assert.Equal(3, (await _room.PublishAsync("a", Zip)).Version);
    }

    [Fact]
    public async Task Fifty_publishers_at_once_get_fifty_numbers()
    {
        LayerVersion[] versions = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            Task.Run(() => _room.PublishAsync("busy", ZipBuilder.Of(("n", $"{i % 7}"))))));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), versions.Select(version => version.Version).Order());
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i).Reverse(), _room.Library.ListVersions(Caller, Layer("busy")).Select(version => version.Version));
    }

    [Fact]
    public async Task A_deleted_version_is_gone_and_deleting_it_again_is_no_error()
    {
        await _room.PublishAsync("a", Zip);
        await DeleteAsync("a", 1);
        await DeleteAsync("a", 1);
        await DeleteAsync("never", 7);
        AwsError refused = Assert.Throws<AwsError>(() => _room.Library.Get(Caller, Arn("a", 1)));
        Assert.Equal((404, "ResourceNotFoundException", "The resource you requested does not exist."), (refused.Status, refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_version_below_one_is_refused()
    {
        AwsError refused = Assert.Throws<AwsError>(() => _room.Library.Get(Caller, Arn("a", 0)));
        Assert.Equal((400, "Layer Version Cannot be less than 1"), (refused.Status, refused.Message));
        Assert.Equal(refused.Message, (await Assert.ThrowsAsync<AwsError>(() => DeleteAsync("a", 0))).Message);
    }

    [Fact]
    public async Task Listing_gives_the_newest_version_of_each_layer_that_matches_in_pages()
    {
        await PublishAsync("b", "python3.11");
        await PublishAsync("b", "nodejs20.x");
        await PublishAsync("a-b", "python3.11");
        await PublishAsync("a", "nodejs20.x");
        await _room.PublishAsync("none", Zip);
        Assert.Equal(["a:1", "a-b:1", "b:2", "none:1"], Names(_room.Library.ListNewest(Caller, after: null)));
        Assert.Equal(["b:2", "none:1"], Names(_room.Library.ListNewest(Caller, after: "a-b")));
        LayerFilter python = new("python3.11", CompatibleArchitecture: null);
        Assert.Equal(["a-b:1", "b:1"], Names(_room.Library.ListNewest(Caller, after: null, python)));
        Assert.Equal([1L], _room.Library.ListVersions(Caller, Layer("b"), after: null, python).Select(version => version.Version));
        Assert.Equal([1L], _room.Library.ListVersions(Caller, Layer("b"), after: 2, LayerFilter.None).Select(version => version.Version));
    }

    [Fact]
    public async Task Accounts_and_regions_do_not_see_each_other()
    {
        await _room.PublishAsync("a", Zip);
        Caller stranger = Caller with { Account = AccountId.Parse("111111111111"), PrincipalArn = "arn:aws:iam::111111111111:root" };
        Assert.Empty(_room.Library.ListNewest(stranger, after: null));
        Assert.Empty(_room.Library.ListNewest(Caller with { Region = "us-east-1" }, after: null));
        AwsError refused = Assert.Throws<AwsError>(() => _room.Library.ResolveStack(stranger, [Arn("a", 1).ToString()], []));
        Assert.Equal((403, "AccessDeniedException"), (refused.Status, refused.Code));
        Assert.Equal(
            $"User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:GetLayerVersion on resource: {Arn("a", 1)} "
            + "because no resource-based policy allows the lambda:GetLayerVersion action",
            refused.Message);
    }

    [Fact]
    public async Task A_stack_keeps_its_order()
    {
        await _room.PublishAsync("a", Zip);
        LayerVersion b = await _room.PublishAsync("b", ZipBuilder.Of(("b", "b")));
        ImmutableArray<LayerReference> stack = Resolve(Arn("b", 1), Arn("a", 1));
        Assert.Equal([Arn("b", 1).ToString(), Arn("a", 1).ToString()], stack.Select(layer => layer.Arn));
        Assert.Equal(b.Content, stack[0].Content);
    }

    [Fact]
    public async Task A_stack_is_refused_in_the_words_of_aws()
    {
        await _room.PublishAsync("a", Zip);
        await _room.PublishAsync("a", Zip);
        Assert.Equal(
            "Cannot reference more than 5 layers.",
            Refused([.. Enumerable.Range(1, 6).Select(i => Arn($"layer{i}", 1))]));
        Assert.Equal(
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            + $"{Arn("a", 1)} and {Arn("a", 2)} are versions of the same layer.",
            Refused(Arn("a", 1), Arn("a", 2)));
        Assert.Equal(
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            + $"{Arn("a", 1)} and {Arn("a", 1)} are versions of the same layer.",
            Refused(Arn("a", 1), Arn("a", 1)));
        Assert.Equal($"Layer version {Arn("a", 3)} does not exist.", Refused(Arn("a", 3)));
        Assert.Equal($"Layer version {Arn("unknown", 1)} does not exist.", Refused(Arn("unknown", 1)));
        Assert.Equal(
            "Layers are not in the same region as the function. Layers are expected to be in region eu-central-1.",
            Refused(new LayerArn("us-east-1", Caller.Account, "a").Version(1)));
    }

    [Fact]
    public async Task A_deleted_version_stays_with_those_who_have_it_and_is_refused_to_others()
    {
        await _room.PublishAsync("a", Zip);
        ImmutableArray<LayerReference> attached = Resolve(Arn("a", 1));
        await DeleteAsync("a", 1);
        Assert.Equal(attached, _room.Library.ResolveStack(Caller, [Arn("a", 1).ToString()], attached));
        Assert.Equal($"Layer version {Arn("a", 1)} does not exist.", Refused(Arn("a", 1)));
    }

    [Fact]
    public void Code_and_layers_together_are_limited()
    {
        StoredArchive half = new() { Digest = default, SizeBytes = 1, UnzippedBytes = Limits.UnzippedBytes / 2, Tree = default };
        LayerReference layer = new() { Arn = "a", Content = half };
        LayerStack.RequireSize(half, [layer]);
        AwsError refused = Assert.Throws<AwsError>(() => LayerStack.RequireSize(half with { UnzippedBytes = half.UnzippedBytes + 1 }, [layer]));
        Assert.Equal(
            "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.",
            refused.Message);
    }

    [Fact]
    public async Task Trees_that_are_missing_are_made_after_a_start()
    {
        LayerVersion version = await _room.PublishAsync("a", Zip);
        await _room.MaterializeAsync(version.Content);
        await using TreeStore empty = TreeStore.Open(LayersDirectories.Below(_folder.Below("data/lost")), _room.Archives, _room.Manifests, _time, "this-boot");
        await using TreeBuilder builder = new(empty, _room.Catalog, static failure => Assert.Fail(failure.Message));

        // Shares the work of the loop, or finds it done.
        Assert.True(Directory.Exists((await empty.LeaseAsync(version.Content, CancellationToken.None)).Directory));
    }

    private static LayerArn Layer(string name) => new(Caller.Region, Caller.Account, name);

    private static LayerVersionArn Arn(string name, long version) => Layer(name).Version(version);

    private static IEnumerable<string> Names(IEnumerable<LayerVersion> versions) =>
        versions.Select(version => $"{version.LayerArn.Split(':')[^1]}:{version.Version}");

    private Task<LayerVersion> PublishAsync(string name, string runtime) => _room.Publisher.PublishAsync(
        Caller, new PublishLayerVersionRequest { LayerName = name, CompatibleRuntimes = [runtime] }, Zip, CancellationToken.None);

    private Task DeleteAsync(string name, long version) => _room.Library.DeleteAsync(Caller, Arn(name, version), CancellationToken.None);

    private ImmutableArray<LayerReference> Resolve(params LayerVersionArn[] arns) =>
        _room.Library.ResolveStack(Caller, [.. arns.Select(arn => arn.ToString())], []);

    private string Refused(params LayerVersionArn[] arns)
    {
        AwsError refused = Assert.Throws<AwsError>(() => Resolve(arns));
        Assert.Equal((400, "InvalidParameterValueException"), (refused.Status, refused.Code));
        return refused.Message;
    }
}

using System.Text.Json.Nodes;
using Lamina.Contract;
using Lamina.Images;
using Lamina.Rooms.Tests.Store;
using Microsoft.Extensions.Time.Testing;

namespace Lamina.Rooms.Tests.Images;

public sealed class ImageLibraryTests : IAsyncDisposable
{
    private const string Registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly ImagesRoom _room;

    public ImageLibraryTests() => _room = new ImagesRoom(_folder.Root, _time);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_image_is_visible_when_all_its_layers_are_there()
    {
        TestImage image = Image("own");
        ImageImport early = await _room.Library.ImportAsync("app:1", image.Manifest, image.Configuration, CancellationToken.None);
        Assert.Equal(image.Blobs.Keys.Order(), early.MissingLayers.Select(static layer => $"sha256:{layer}").Order());
        Assert.Empty(_room.Library.List());

        ImageImport import = await _room.ImportAsync("app:1", image);
        Assert.Empty(import.MissingLayers);
        (ImageTag tag, StoredImage stored) = Assert.Single(_room.Library.List());
        Assert.Equal(("app:1", image.Digest, "x86_64"), (tag.Name, $"sha256:{stored.Digest}", stored.Architecture));
        Assert.Equal(("/run", "a,b", "/srv", "A=1"), (stored.Process.EntryPoint.Single(), string.Join(',', stored.Process.Command), stored.Process.WorkingDirectory, stored.Process.Environment.Single()));
    }

    [Fact]
    public async Task Equal_layers_are_stored_once_however_they_are_compressed()
    {
        await _room.ImportAsync("one", Image("one"));
        await _room.ImportAsync("two", Image("two"));
        await _room.StoreAsync(Shared.Build());
        Assert.Equal(3, _room.Folders.Length);
        Assert.Equal(0, _room.Leftovers);
    }

    [Fact]
    public async Task A_configuration_that_disagrees_with_the_layers_is_refused()
    {
        TestImage image = Image("own");
        await _room.ImportAsync("app", image);
        byte[] other = Replace(image.Configuration, TestImage.DigestOf(Shared.Build()), TestImage.DigestOf([1]));
        byte[] manifest = Replace(image.Manifest, TestImage.DigestOf(image.Configuration), TestImage.DigestOf(other));

        await AssertRefusedAsync("is not the one that the image's configuration names", manifest, other);
        await AssertRefusedAsync("is not the one that the manifest names", image.Manifest, other);
        await AssertRefusedAsync("index of several images", """{"schemaVersion":2,"manifests":[]}"""u8.ToArray(), image.Configuration);
        await AssertRefusedAsync("cannot be read", "{"u8.ToArray(), image.Configuration);
        await AssertRefusedAsync("zstd", Replace(image.Manifest, "tar\\u002Bgzip", "tar\\u002Bzstd"), image.Configuration);
    }

    [Theory]
    [InlineData("app:1", "app")]
    [InlineData($"{Registry}/app:1", $"{Registry}/app")]
    [InlineData("999999999999.dkr.ecr.us-gov-west-1.amazonaws.com/app:1", "999999999999.dkr.ecr.us-gov-west-1.amazonaws.com/app")]
    public async Task An_address_in_a_registry_of_AWS_finds_the_repository_s_name(string uri, string repository)
    {
        TestImage image = Image("own");
        await _room.ImportAsync("app:1", image);
        Assert.Equal($"{repository}@{image.Digest}", ImageLibrary.Resolve(_room.Catalog.Current, uri).Uri);
        Assert.Equal($"{repository}@{image.Digest}", ImageLibrary.Resolve(_room.Catalog.Current, $"{repository}@{image.Digest}").Uri);
    }

    [Theory]
    [InlineData("app:2", "does not exist")]
    [InlineData("example.org/app:1", "does not exist")]
    [InlineData("app@sha256:0000000000000000000000000000000000000000000000000000000000000000", "does not exist")]
    [InlineData("app", "is not valid")]
    [InlineData("https://example.org/app:1", "is not valid")]
    [InlineData("App:1", "is not valid")]
    [InlineData("", "is not valid")]
    public async Task What_names_no_image_is_refused_in_Lambda_s_words(string uri, string what)
    {
        await _room.ImportAsync("app:1", Image("own"));
        AwsError refused = Assert.Throws<AwsError>(() => ImageLibrary.Resolve(_room.Catalog.Current, uri));
        Assert.Equal($"Source image {uri} {what}. Provide a valid source image.", refused.Message);
    }

    [Fact]
    public async Task An_image_stays_while_it_has_a_name_or_a_function_and_its_own_layers_go_with_it()
    {
        TestImage kept = Image("kept");
        TestImage gone = Image("gone");
        await _room.ImportAsync("kept", kept);
        await _room.ImportAsync("gone", gone);
        _room.Needed.Add(Sha256.Parse(gone.Digest[7..]));
        _time.Advance(Limits.ImageImportDuration + TimeSpan.FromSeconds(1));
        await _room.Library.DeleteAsync("gone", CancellationToken.None);
        Assert.Equal(0, (await _room.Collection.CollectAsync(CancellationToken.None)).Count);

        _room.Needed.Clear();
        Assert.Equal(1, _room.Collection.Foresee().Count);
        Assert.Equal(1, (await _room.Collection.CollectAsync(CancellationToken.None)).Count);
        Assert.Equal(2, _room.Folders.Length);
        await _room.ImportAsync("gone", gone);
        Assert.Equal(3, _room.Folders.Length);
    }

    [Fact]
    public async Task Layers_that_no_image_names_yet_are_kept_for_the_import_under_way()
    {
        await _room.StoreAsync(Shared.Build());
        Assert.Equal(0, (await _room.Collection.CollectAsync(CancellationToken.None)).Count);
        _time.Advance(Limits.ImageImportDuration + TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await _room.Collection.CollectAsync(CancellationToken.None)).Count);
        Assert.Empty(_room.Folders);
    }

    [Fact]
    public async Task A_leased_image_keeps_its_folders_until_it_is_let_go_and_comes_back_under_new_ones()
    {
        TestImage image = Image("own");
        await _room.ImportAsync("app", image);
        string[] before = _room.Folders;
        ImageLease lease = _room.Library.Lease(Sha256.Parse(image.Digest[7..]));
        await _room.Library.DeleteAsync("app", CancellationToken.None);
        _time.Advance(Limits.ImageImportDuration + TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await _room.Collection.CollectAsync(CancellationToken.None)).Count);
        Assert.All(lease.Directories, static directory => Assert.True(Directory.Exists(directory)));

        await _room.ImportAsync("app", image);
        Assert.Equal(4, _room.Folders.Length);
        lease.Dispose();
        await _room.Collection.CollectAsync(CancellationToken.None);
        Assert.Equal(2, _room.Folders.Length);
        Assert.Empty(_room.Folders.Intersect(before));
        Assert.Throws<IOException>(() => _room.Library.Lease(Sha256.Of("never"u8)));
    }

    private static TarBuilder Shared => new TarBuilder().File("base", "shared by all");

    private static TestImage Image(string own) => new TestImage
    {
        Config = new JsonObject
        {
            ["Entrypoint"] = new JsonArray("/run"), ["Cmd"] = new JsonArray("a", "b"), ["WorkingDir"] = "/srv", ["Env"] = new JsonArray("A=1", "no variable"), ["User"] = "nobody",
        },
    }.Layer(Shared).Layer(new TarBuilder().File("own", own));

    private async Task AssertRefusedAsync(string reason, byte[] manifest, byte[] configuration)
    {
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => _room.Library.ImportAsync("bad", manifest, configuration, CancellationToken.None));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Replace(byte[] json, string from, string to) =>
        System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(json).Replace(from, to, StringComparison.Ordinal));
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Layers;

public sealed class BundleTests : IAsyncDisposable
{
    private const int IndexStart = 24;

    private static readonly byte[] First = ZipBuilder.Of(("a", "first"));
    private static readonly byte[] Second = ZipBuilder.Of(("a", "second"));

    private readonly TestFolder _folder = new();
    private readonly LayersRoom _source;
    private readonly LayersRoom _target;
    private readonly LayerImporter _importer;

    public BundleTests()
    {
        _source = new LayersRoom(_folder.Below("source"), "this-boot", TimeProvider.System);
        _target = new LayersRoom(_folder.Below("target"), "this-boot", TimeProvider.System);
        _importer = new LayerImporter(_target.Intake, _target.Catalog, _target.Builder, TimeProvider.System);
    }

    private static Caller Owner => LayersRoom.Caller;

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_bundle_brings_is_what_was_exported()
    {
        byte[] bundle = await ExportAsync();
        IReadOnlyList<ImportedLayerVersion> imported = await ImportAsync(bundle);

        Assert.Equal(3, imported.Count);
        Assert.All(imported, static version => Assert.True(version.IsNew));
        foreach (LayerVersionArn arn in imported.Select(static version => version.Arn))
        {
            LayerVersion from = _source.Library.Get(Owner, arn);
            LayerVersion to = _target.Library.Get(Owner, arn);
            Assert.Equal((from.Content, from.CreatedDate, from.Description), (to.Content, to.CreatedDate, to.Description));
            Assert.Equal(from.CompatibleRuntimes, to.CompatibleRuntimes);
            await using Stream content = _target.Intake.OpenArchive(to.Content);
            Assert.Equal(from.Content.Digest, new Sha256(await SHA256.HashDataAsync(content)));
        }

        LayerPolicy before = _source.Permissions.Get(Owner, Arn("shared", 1));
        LayerPolicy after = _target.Permissions.Get(Owner, Arn("shared", 1));
        Assert.Equal((before.Policy.ToString(), before.RevisionId), (after.Policy.ToString(), after.RevisionId));
        Assert.Throws<AwsError>(() => _target.Permissions.Get(Owner, Arn("shared", 2)));
    }

    [Fact]
    public async Task Numbers_given_at_the_source_are_not_given_again()
    {
        await ImportAsync(await ExportAsync());
        Assert.Equal(4, (await _target.PublishAsync("shared", Second)).Version);
    }

    [Fact]
    public async Task A_second_import_changes_nothing()
    {
        byte[] bundle = await ExportAsync();
        await ImportAsync(bundle);
        await _target.Permissions.RemoveAsync(Owner, Arn("shared", 1), "s", null, CancellationToken.None);
        Assert.All(await ImportAsync(bundle), static version => Assert.False(version.IsNew));
        Assert.Throws<AwsError>(() => _target.Permissions.Get(Owner, Arn("shared", 1)));
    }

    [Fact]
    public async Task A_version_with_other_content_refuses_the_whole_bundle()
    {
        await _target.PublishAsync("shared", Second);
        byte[] bundle = await ExportAsync();
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => ImportAsync(bundle));
        Assert.Equal((409, "ResourceConflictException"), (refused.Status, refused.Code));
        Assert.Single(Versions());
        Assert.Equal(2, (await _target.PublishAsync("shared", First)).Version);
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_refuses_the_whole_bundle()
    {
        byte[] bundle = await ExportAsync();
        Random random = new(20261126);
        int[] places = [.. Enumerable.Range(0, IndexStart), .. Enumerable.Range(0, 400).Select(_ => random.Next(bundle.Length)), bundle.Length - 1];
        foreach (int place in places)
        {
            byte[] damaged = [.. bundle];
            damaged[place] ^= (byte)(1 << random.Next(8));
            AwsError refused = await Assert.ThrowsAsync<AwsError>(() => ImportAsync(damaged));
            Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Versions());
    }

    [Fact]
    public async Task A_bundle_that_is_cut_off_or_goes_on_is_refused()
    {
        byte[] bundle = await ExportAsync();
        Random random = new(20261127);
        foreach (int length in (int[])[0, 1, 15, 16, 23, 24, 55, 56, bundle.Length - 32, bundle.Length - 1, .. Enumerable.Range(0, 100).Select(_ => random.Next(bundle.Length))])
        {
            await Assert.ThrowsAsync<AwsError>(() => ImportAsync(bundle[..length]));
        }

        await Assert.ThrowsAsync<AwsError>(() => ImportAsync([.. bundle, 0]));
        await Assert.ThrowsAsync<AwsError>(() => ImportAsync([.. bundle, .. bundle]));
        Assert.Empty(Versions());
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "versions", "twice" },
        { "layers", "twice" },
        { "archives", "twice" },
        { "no layer", "number as high" },
        { "low number", "number as high" },
        { "no archive", "is missing" },
        { "unused archive", "that no version has" },
        { "no arn", "not the ARN" },
        { "slash", "not the ARN" },
        { "other resource", "another resource" },
        { "unknown member", "cannot be read" },
        { "null member", "cannot be read" },
        { "long archive", "not all there" },
        { "short archive", "does not list" },
    };

    /// <summary>The checksum is right here: whoever writes bundles by another program meets the rules behind it.</summary>
    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_bundle_that_contradicts_itself_is_refused(string forgery, string fault)
    {
        byte[] forged = Rewrite(await ExportAsync(), index => Forge(index, forgery));
        AwsError refused = await Assert.ThrowsAsync<AwsError>(() => ImportAsync(forged));
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Versions());
    }

    [Fact]
    public async Task An_archive_that_is_no_zip_refuses_the_whole_bundle()
    {
        byte[] bundle = await ExportAsync();
        byte[] forged = Seal([.. bundle[..^(Sha256.SizeBytes + 40)], .. new byte[40]]);
        await Assert.ThrowsAsync<AwsError>(() => ImportAsync(forged));
        Assert.Empty(Versions());
    }

    [Fact]
    public async Task An_archive_gets_the_ARN_it_is_given_and_is_everyones()
    {
        LayerVersionArn arn = new LayerArn(Owner.Region, AccountId.Parse("017000801446"), "Powertools").Version(7);
        ImportedLayerVersion imported = await ImportAsync(arn, isPrivate: false, First);
        Assert.Equal((arn, Sha256.Of(First), true), (imported.Arn, imported.Content.Digest, imported.IsNew));
        Assert.Equal(arn.ToString(), Assert.Single(_target.Library.ResolveStack(Owner, [arn.ToString()], [])).Arn);
        Assert.Equal(7, _target.Library.Get(Owner, arn).Version);

        Assert.False((await ImportAsync(arn, isPrivate: false, First)).IsNew);
        AwsError other = await Assert.ThrowsAsync<AwsError>(() => ImportAsync(arn, isPrivate: false, Second));
        Assert.Equal(409, other.Status);

        Assert.True((await ImportAsync(arn with { Version = 5 }, isPrivate: true, Second)).IsNew);
        Assert.Equal(403, Assert.Throws<AwsError>(() => _target.Library.Get(Owner, arn with { Version = 5 })).Status);
        Caller vendor = Owner with { Account = arn.Layer.Account };
        LayerVersion next = await _target.Publisher.PublishAsync(
            vendor, new PublishLayerVersionRequest { LayerName = "Powertools" }, First, CancellationToken.None);
        Assert.Equal(8, next.Version);
    }

    private static JsonObject Forge(JsonObject index, string forgery)
    {
        JsonArray versions = index["versions"]!.AsArray();
        JsonArray layers = index["layers"]!.AsArray();
        JsonArray archives = index["archives"]!.AsArray();
        JsonObject first = versions[0]!.AsObject();
        Action forge = forgery switch
        {
            "versions" or "layers" or "archives" => () => index[forgery]!.AsArray().Add(index[forgery]![0]!.DeepClone()),
            "no layer" => () => layers.RemoveAt(0),
            "low number" => () => layers[0]!["lastVersion"] = 1,
            "no archive" => () => first["codeSha256"] = new string('0', 64),
            "unused archive" => () => versions.RemoveAt(0),
            "no arn" => () => first["arn"] = "shared:1",
            "slash" => () => first["arn"] = "arn:aws:lambda:eu-central-1:000000000000:layer:../shared:1",
            "other resource" => () => versions.Single(static version => version!["policy"] is not null)!["policy"]!["policy"]!["statement"]![0]!["resource"] = "x",
            "unknown member" => () => first["owner"] = "me",
            "null member" => () => first["description"] = null,
            "long archive" => () => archives[0]!["sizeBytes"] = (long)archives[0]!["sizeBytes"]! + 1_000_000,
            "short archive" => () => archives[^1]!["sizeBytes"] = (long)archives[^1]!["sizeBytes"]! - 1,
            _ => throw new ArgumentException(forgery),
        };
        forge();
        return index;
    }

    private static byte[] Rewrite(byte[] bundle, Func<JsonObject, JsonObject> change)
    {
        int length = (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bundle.AsSpan(16));
        JsonObject index = change(JsonNode.Parse(bundle.AsSpan(IndexStart, length))!.AsObject());
        byte[] json = Encoding.UTF8.GetBytes(index.ToJsonString());
        byte[] size = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(size, json.Length);
        return Seal([.. bundle[..16], .. size, .. json, .. bundle[(IndexStart + length)..^Sha256.SizeBytes]]);
    }

    private static byte[] Seal(byte[] body) => [.. body, .. SHA256.HashData(body)];

    private static LayerVersionArn Arn(string name, long version) => new LayerArn(Owner.Region, Owner.Account, name).Version(version);

    /// <summary>shared:1 with a policy, shared:2, shared:3 deleted, other:1 with the content of shared:1.</summary>
    private async Task<byte[]> ExportAsync()
    {
        PublishLayerVersionRequest request = new() { LayerName = "shared", Description = "ours", LicenseInfo = "MIT", CompatibleRuntimes = ["python3.12"] };
        await _source.Publisher.PublishAsync(Owner, request, First, CancellationToken.None);
        await _source.PublishAsync("shared", Second);
        await _source.PublishAsync("shared", Second);
        await _source.PublishAsync("other", First);
        await _source.Library.DeleteAsync(Owner, Arn("shared", 3), CancellationToken.None);
        AddLayerVersionPermissionRequest permission = new()
        {
            StatementId = "s", Action = "lambda:GetLayerVersion", Principal = "*", OrganizationId = "o-a1b2c3d4e5",
        };
        await _source.Permissions.AddAsync(Owner, Arn("shared", 1), permission, CancellationToken.None);
        LayerExporter exporter = new(_source.Catalog, _source.Intake);
        BundleDownload bundle = exporter.Export([.. exporter.VersionsOf(Arn("shared", 1).Layer), Arn("other", 1)]);
        using MemoryStream bytes = new();
        await bundle.WriteAsync(bytes, CancellationToken.None);
        Assert.Equal(bundle.Length, bytes.Length);
        return bytes.ToArray();
    }

    private async Task<IReadOnlyList<ImportedLayerVersion>> ImportAsync(byte[] bundle)
    {
        string path = _folder.Below(Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(path, bundle);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        return await _importer.ImportBundleAsync(file, CancellationToken.None);
    }

    private async Task<ImportedLayerVersion> ImportAsync(LayerVersionArn arn, bool isPrivate, byte[] zip)
    {
        string path = _folder.Below(Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(path, zip);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        return await _importer.ImportAsync(arn, isPrivate, file, CancellationToken.None);
    }

    private IEnumerable<Lamina.Store.Document> Versions() => _target.Catalog.Current.Scan("layer-versions", "", null);
}

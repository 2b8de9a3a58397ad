using System.Security.Cryptography;
using System.Text;
using Lamina.Companions.S3;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Companions;

public sealed class MultipartUploadTests : IAsyncLifetime
{
    private const int PartBytes = (int)Limits.UploadPartMinimumBytes;
    private readonly S3Room _room = new();

    public async ValueTask InitializeAsync() => await _room.MakeBucketAsync();

    public ValueTask DisposeAsync() => _room.DisposeAsync();

    [Theory]
    [InlineData(ChecksumAlgorithm.CRC64NVME, "AE8B14860A799888")]
    [InlineData(ChecksumAlgorithm.CRC32, "CBF43926")]
    [InlineData(ChecksumAlgorithm.CRC32C, "E3069283")]
    public void A_checksum_of_two_pieces_is_that_of_the_whole(ChecksumAlgorithm algorithm, string check)
    {
        byte[] text = Encoding.ASCII.GetBytes("123456789");
        Assert.Equal(check, Convert.ToHexString(Hash(algorithm, text)));
        byte[] combined = CrcCombination.Combine(algorithm, Hash(algorithm, text[..4]), Hash(algorithm, text[4..]), 5);
        Assert.Equal(check, Convert.ToHexString(combined));
        byte[] many = RandomNumberGenerator.GetBytes(100_003);
        Assert.Equal(
            Hash(algorithm, many),
            CrcCombination.Combine(algorithm, Hash(algorithm, many[..70_001]), Hash(algorithm, many[70_001..]), many.Length - 70_001));
    }

    [Fact]
    public async Task A_completed_object_is_its_parts_in_order_with_the_checksum_of_all_bytes()
    {
        byte[][] parts = [RandomNumberGenerator.GetBytes(PartBytes), RandomNumberGenerator.GetBytes(PartBytes + 7), [1, 2, 3]];
        string upload = await BeginAsync(composite: null);
        List<CompletedPart> named = [];
        foreach (int number in (int[])[2, 0, 1])
        {
            named.Add(await UploadAsync(upload, number + 1, parts[number]));
        }

        ObjectVersion made = await CompleteAsync(upload, [.. named.OrderBy(static part => part.PartNumber)]);
        byte[] whole = [.. parts.SelectMany(static part => part)];
        string etags = string.Concat(named.OrderBy(static part => part.PartNumber).Select(static part => part.ETag));
        Assert.Equal($"{Convert.ToHexStringLower(MD5.HashData(Convert.FromHexString(etags)))}-3", made.Content.ETag);
        Assert.Equal(Convert.ToBase64String(Hash(ChecksumAlgorithm.CRC64NVME, whole)), made.Content.Checksum!.Value);
        using MemoryStream read = new();
        await _room.Objects.Open(made).CopyToAsync(read);
        Assert.Equal(whole, read.ToArray());
        using Stream window = _room.Objects.Open(made, PartBytes - 2, PartBytes + 3);
        byte[] across = new byte[10];
        Assert.Equal(5, await window.ReadAtLeastAsync(across, 10, throwOnEndOfStream: false));
        Assert.Equal(whole[(PartBytes - 2)..(PartBytes + 3)], across[..5]);
        Assert.Equal(3, S3Documents.FindBlobs(_room.Catalog.Current).Count());
    }

    [Fact]
    public async Task Parts_that_are_too_small_wrong_or_out_of_order_are_refused_and_the_upload_goes_on()
    {
        string upload = await BeginAsync(composite: null);
        CompletedPart small = await UploadAsync(upload, 1, [1]);
        CompletedPart last = await UploadAsync(upload, 2, [2]);
        Assert.Equal("EntityTooSmall", await CodeOfAsync(upload, small, last));
        Assert.Equal("InvalidPartOrder", await CodeOfAsync(upload, last, small));
        Assert.Equal("InvalidPart", await CodeOfAsync(upload, small with { ETag = last.ETag }));
        Assert.Equal("InvalidPart", await CodeOfAsync(upload, small with { PartNumber = 9 }));
        await CompleteAsync(upload, last);
    }

    [Fact]
    public async Task Completing_again_with_the_same_parts_gives_the_same_object_as_long_as_it_is_there()
    {
        string upload = await BeginAsync(composite: null);
        CompletedPart part = await UploadAsync(upload, 1, [1]);
        ObjectVersion made = await CompleteAsync(upload, part);
        ObjectVersion again = await CompleteAsync(upload, part);
        Assert.Equal((made.Sequence, made.Content.ETag), (again.Sequence, again.Content.ETag));
        Assert.Equal("NoSuchUpload", await CodeOfAsync(upload, part with { ETag = "no digest" }));
        Assert.Equal("NoSuchUpload", await CodeOfAsync(upload, part, part with { PartNumber = 2 }));
        await _room.DeleteAsync("k");
        Assert.Equal("NoSuchUpload", await CodeOfAsync(upload, part));
    }

    [Fact]
    public async Task An_aborted_upload_leaves_no_roots()
    {
        string upload = await BeginAsync(composite: null);
        await UploadAsync(upload, 1, [1]);
        Assert.Single(S3Documents.FindBlobs(_room.Catalog.Current));
        await _room.Uploads.AbortAsync(S3Room.Caller, S3Room.Bucket, S3Room.Key("k"), upload, CancellationToken.None);
        Assert.Empty(S3Documents.FindBlobs(_room.Catalog.Current));
    }

    private static byte[] Hash(ChecksumAlgorithm algorithm, byte[] bytes)
    {
        using ChecksumHash hash = ChecksumHash.Create(algorithm);
        hash.Append(bytes);
        return hash.Finish();
    }

    private async Task<string> BeginAsync(bool? composite) => (await _room.Uploads.CreateAsync(
        S3Room.Caller, S3Room.Bucket, S3Room.Key("k"), ObjectDescription.None, algorithm: null, composite, CancellationToken.None)).UploadId;

    private async Task<CompletedPart> UploadAsync(string upload, int number, byte[] bytes)
    {
        UploadedPart part = await _room.Uploads.UploadPartAsync(
            S3Room.Caller, S3Room.Bucket, S3Room.Key("k"), upload, number, S3Room.BodyOf(bytes), CancellationToken.None);
        return new CompletedPart(number, part.Content.Md5, null);
    }

    private Task<ObjectVersion> CompleteAsync(string upload, params CompletedPart[] parts) => _room.Uploads.CompleteAsync(
        S3Room.Caller,
        S3Room.Bucket,
        S3Room.Key("k"),
        upload,
        parts,
        new ObjectChecksumExpectation(null, null, null),
        WriteCondition.None,
        CancellationToken.None);

    private async Task<string> CodeOfAsync(string upload, params CompletedPart[] parts) =>
        (await Assert.ThrowsAsync<AwsError>(() => CompleteAsync(upload, parts))).Code;
}

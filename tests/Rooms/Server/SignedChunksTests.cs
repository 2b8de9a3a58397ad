using System.Security.Cryptography;
using System.Text;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Bodies in signed chunks, as Java's and Go's SDKs send them over plain HTTP, to a server that verifies them.</summary>
public sealed class SignedChunksTests(KeyedHouse keyed) : IClassFixture<KeyedHouse>, IAsyncLifetime
{
    private const string Checksum = "x-amz-checksum-crc32:NhCmhg==";

    private readonly string _bucket = $"bucket-{Guid.NewGuid():N}"[..20];

    public async ValueTask InitializeAsync() => Assert.Equal(200, (await SendAsync(Sign(
        "PUT", "", $"<CreateBucketConfiguration><LocationConstraint>{SigningClient.Region}</LocationConstraint></CreateBucketConfiguration>"))).Status);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(null)]
    [InlineData(Checksum)]
    public async Task A_body_is_its_chunks_put_together(string? trailer)
    {
        Assert.Equal((200, ""), await SendAsync(Chunked(trailer, "hel", "lo")));

        Assert.Equal((200, "hello"), await SendAsync(Sign("GET", "/k", "")));
    }

    [Theory]
    [InlineData(null, "hel", "hex")]
    [InlineData(null, "3;chunk-signature=", "3;chunk-signature=0")]
    [InlineData(null, "0;chunk-signature=", "0;chunk-signature=0")]
    [InlineData(Checksum, "crc32:NhCmhg==", "crc32:AAAAAA==")]
    [InlineData(Checksum, "trailer-signature:", "trailer-signature:0")]
    public async Task A_changed_one_leaves_no_object(string? trailer, string from, string to)
    {
        SignedText request = Chunked(trailer, "hel", "lo");
        Assert.Contains(from, request.Body, StringComparison.Ordinal);

        (int status, string body) = await SendAsync(request with { Body = request.Body.Replace(from, to, StringComparison.Ordinal) });

        Assert.Equal(403, status);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", body, StringComparison.Ordinal);
        Assert.Equal(404, (await SendAsync(Sign("GET", "/k", ""))).Status);
    }

    [Fact]
    public async Task Chunks_in_another_order_leave_no_object()
    {
        SignedText request = Chunked(null, "abc", "def");
        string[] lines = request.Body.Split("\r\n");

        (int status, _) = await SendAsync(request with { Body = string.Join("\r\n", [lines[2], lines[3], lines[0], lines[1], .. lines[4..]]) });

        Assert.Equal(403, status);
    }

    [Fact]
    public async Task A_trailer_without_its_signature_leaves_no_object()
    {
        SignedText request = Chunked(Checksum, "hel", "lo");
        int at = request.Body.IndexOf("x-amz-trailer-signature", StringComparison.Ordinal);

        Assert.Equal(403, (await SendAsync(request with { Body = request.Body[..at] + "\r\n" })).Status);
    }

    private SignedText Sign(string method, string key, string body) => keyed.Ann.Sign(
        "s3", method, $"/{_bucket}{key}", "", body, DateTimeOffset.UtcNow,
        ("x-amz-content-sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))));

    private SignedText Chunked(string? trailer, params string[] chunks)
    {
        List<(string Name, string Value)> headers =
        [
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", $"{chunks.Sum(static chunk => chunk.Length)}"),
            ("x-amz-content-sha256", trailer is null ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" : "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        ];
        if (trailer is not null)
        {
            headers.Add(("x-amz-trailer", trailer[..trailer.IndexOf(':', StringComparison.Ordinal)]));
        }

        SignedText announcing = keyed.Ann.Sign("s3", "PUT", $"/{_bucket}/k", "", "", DateTimeOffset.UtcNow, [.. headers]);
        return keyed.Ann.Chunk(announcing, chunks, trailer);
    }

    private async Task<(int Status, string Body)> SendAsync(SignedText request)
    {
        (int status, _, string body) = await RawConnection.ExchangeAsync(keyed.House.Address, request.ToBytes(), CancellationToken.None);
        return (status, body);
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Lamina.Rooms.Tests.Server;

public sealed class S3WireTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private static readonly (string, string) Signed = ("Authorization", ServedHouse.SignedBy("000000000000", "us-east-1", "s3"));
    private readonly string _bucket = $"bucket-{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task An_error_is_S3_s_XML_and_has_no_body_for_HEAD()
    {
        Reply missing = await SendAsync(HttpMethod.Get, "/no-such-bucket");
        XElement error = XElement.Parse(missing.Text);
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchBucket"), (missing.Status, error.Element("Code")!.Value));
        Assert.Equal("no-such-bucket", error.Element("BucketName")!.Value);
        Assert.Equal(missing.Headers.GetValues("x-amz-request-id").Single(), error.Element("RequestId")!.Value);
        Reply head = await SendAsync(HttpMethod.Head, "/no-such-bucket");
        Assert.Equal((HttpStatusCode.NotFound, 0), (head.Status, head.Body.Length));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("/leading")]
    [InlineData("trailing/")]
    [InlineData("..%2F..%2Fetc")]
    [InlineData("%01%7F%20+%25")]
    [InlineData("%F0%9F%98%80")]
    public async Task A_key_is_kept_byte_for_byte(string key)
    {
        await MakeBucketAsync();
        await SendAsync(HttpMethod.Put, $"/{_bucket}/{key}", Content("here"));
        Assert.Equal("here", (await SendAsync(HttpMethod.Get, $"/{_bucket}/{key}")).Text);
        XElement list = XElement.Parse((await SendAsync(HttpMethod.Get, $"/{_bucket}?list-type=2&encoding-type=url")).Text);
        string listed = list.Descendants().Single(static element => element.Name.LocalName == "Key").Value;
        Assert.Equal(Uri.UnescapeDataString(key), Uri.UnescapeDataString(listed));
    }

    [Theory]
    [InlineData("s3.localhost")]
    [InlineData("s3.eu-west-1.localhost")]
    [InlineData("s3.localhost.localstack.cloud")]
    [InlineData("localhost")]
    public async Task A_bucket_may_stand_in_the_host(string domain)
    {
        await MakeBucketAsync();
        await SendAsync(HttpMethod.Put, $"/{_bucket}/dir/k", Content("here"));
        Assert.Equal("here", (await SendAsync(HttpMethod.Get, "/dir/k", null, ("Host", $"{_bucket}.{domain}:{house.Address.Port}"))).Text);
    }

    /// <summary>The AWS CLI takes such an answer for that of its next upload on the same connection, and hangs.</summary>
    [Theory]
    [InlineData(true, 0, 200)]
    [InlineData(false, 5, 404)]
    public async Task Who_waits_to_be_told_to_continue_and_is_answered_instead_gets_no_second_answer_on_the_connection(
        bool bucketExists, int lengthBytes, int expected)
    {
        await MakeBucketAsync();
        string request = $"PUT /{(bucketExists ? _bucket : "no-such-bucket")}/k HTTP/1.1\r\n"
            + $"Host: {house.Address.Authority}\r\nAuthorization: {Signed.Item2}\r\nContent-Length: {lengthBytes}\r\nExpect: 100-continue\r\n\r\n";
        (int status, string head, _) = await RawConnection.ExchangeAsync(
            house.Address, Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        Assert.Equal(expected, status);
        Assert.Contains("Connection: close", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_is_answered_with_206_and_one_outside_with_416()
    {
        await MakeBucketAsync();
        await SendAsync(HttpMethod.Put, $"/{_bucket}/k", Content("0123456789"));
        Assert.Equal("234", (await SendAsync(HttpMethod.Get, $"/{_bucket}/k", null, ("Range", "bytes=2-4"))).Text);
        Assert.Equal("89", (await SendAsync(HttpMethod.Get, $"/{_bucket}/k", null, ("Range", "bytes=-2"))).Text);
        Reply outside = await SendAsync(HttpMethod.Get, $"/{_bucket}/k", null, ("Range", "bytes=10-"));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange"), (outside.Status, CodeOf(outside)));
    }

    [Theory]
    [InlineData("NhCmhg==", "")]
    [InlineData("AAAAAA==", "BadDigest")]
    public async Task A_chunked_body_is_unframed_and_its_trailing_checksum_compared(string checksum, string code)
    {
        await MakeBucketAsync();
        string framed = $"3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n";
        Reply put = await SendAsync(
            HttpMethod.Put,
            $"/{_bucket}/k",
            Content(framed),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", "5"),
            ("x-amz-trailer", "x-amz-checksum-crc32"));
        Assert.Equal(code, code.Length == 0 ? put.Text : CodeOf(put));
        Reply get = await SendAsync(HttpMethod.Get, $"/{_bucket}/k", null, ("x-amz-checksum-mode", "ENABLED"));
        Assert.Equal(code.Length == 0 ? "hello" : "NoSuchKey", code.Length == 0 ? get.Text : CodeOf(get));
    }

    [Fact]
    public async Task An_operation_that_is_not_served_names_itself_with_501()
    {
        Reply reply = await SendAsync(HttpMethod.Get, "/any-bucket?cors");
        Assert.Equal((HttpStatusCode.NotImplemented, "NotImplemented"), (reply.Status, CodeOf(reply)));
        Assert.Contains("GetBucketCors", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_presigned_URL_is_refused_once_it_has_expired()
    {
        const string Credential = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=000000000000%2F20200101%2Fus-east-1%2Fs3%2Faws4_request";
        Reply reply = await house.SendAsync(HttpMethod.Get, $"/b-1/k?{Credential}&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60");
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDenied"), (reply.Status, CodeOf(reply)));
        Assert.Contains("Request has expired", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_strangers_nor_web_pages_get_in()
    {
        Reply unsigned = await house.SendAsync(HttpMethod.Get, "/", null, ("Host", $"s3.localhost:{house.Address.Port}"));
        Assert.Equal("AccessDenied", CodeOf(unsigned));
        Reply page = await SendAsync(HttpMethod.Get, "/", null, ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
    }

    [Fact]
    public async Task A_layer_is_published_from_a_version_of_an_object()
    {
        await MakeBucketAsync();
        await SendAsync(HttpMethod.Put, $"/{_bucket}?versioning", Content("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"));
        Reply good = await SendAsync(HttpMethod.Put, $"/{_bucket}/l.zip", new ByteArrayContent(ServedHouse.Zip(("a", "1"))));
        await SendAsync(HttpMethod.Put, $"/{_bucket}/l.zip", Content("no zip"));
        string version = good.Headers.GetValues("x-amz-version-id").Single();
        Reply published = await PublishAsync(new JsonObject { ["S3Bucket"] = _bucket, ["S3Key"] = "l.zip", ["S3ObjectVersion"] = version });
        Assert.Equal(HttpStatusCode.Created, published.Status);
        Reply latest = await PublishAsync(new JsonObject { ["S3Bucket"] = _bucket, ["S3Key"] = "l.zip" });
        Assert.StartsWith("Could not unzip uploaded file.", latest.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.zip", "us-east-1", "NoSuchKey. S3 Error Message: The specified key does not exist.")]
    [InlineData("l.zip", "eu-west-1", "PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1. Please use this region to retry the request")]
    public async Task An_object_that_cannot_be_had_is_refused_in_Lambda_s_words(string key, string region, string words)
    {
        await MakeBucketAsync();
        Reply reply = await PublishAsync(new JsonObject { ["S3Bucket"] = _bucket, ["S3Key"] = key }, region);
        Assert.Equal("InvalidParameterValueException", reply.ErrorType);
        Assert.Equal($"Error occurred while GetObject. S3 Error Code: {words}", reply.Message);
    }

    private static StringContent Content(string text) => new(text, Encoding.UTF8, "text/plain");

    private static string CodeOf(Reply reply) => XElement.Parse(reply.Text).Element("Code")!.Value;

    private Task<Reply> PublishAsync(JsonObject content, string region = "us-east-1") => house.SendJsonAsync(
        HttpMethod.Post,
        $"/2018-10-31/layers/{_bucket}/versions",
        new JsonObject { ["Content"] = content },
        ("Authorization", ServedHouse.SignedBy("000000000000", region, "lambda")));

    private async Task MakeBucketAsync() => Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, $"/{_bucket}")).Status);

    private Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers) =>
        house.SendAsync(method, path, content, [Signed, .. headers]);
}

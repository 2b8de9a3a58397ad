using System.Net;
using System.Text;
using System.Xml.Linq;

namespace Lamina.Rooms.Tests.Server;

/// <summary>What may stand in headers of S3's requests and answers, and in the trailers of a body.</summary>
public sealed class S3HeaderTests : IClassFixture<ServedHouse>, IDisposable
{
    private readonly ServedHouse _house;
    private readonly string _bucket = $"bucket-{Guid.NewGuid():N}"[..20];

    // Sends header values as UTF-8, as clients do that send more than ASCII at all, and reads them as ISO-8859-1.
    private readonly HttpClient _client;

    public S3HeaderTests(ServedHouse house)
    {
        _house = house;
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        _client = new HttpClient(handler) { BaseAddress = house.Address };
    }

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("plain = text? yes_no", "plain = text? yes_no")]
    [InlineData("caf\u00E9 a=b_c?", "=?UTF-8?Q?caf=C3=A9_a=3Db=5Fc=3F?=")]
    [InlineData("\u4E2D", "=?UTF-8?Q?=E4=B8=AD?=")]
    [InlineData("a\u0001", "=?UTF-8?B?YQE=?=")]
    [InlineData("a\u0085", "=?UTF-8?B?YcKF?=")]
    public async Task User_metadata_beyond_ASCII_comes_back_as_an_encoded_word(string value, string returned)
    {
        await PutAsync(("x-amz-meta-name", value));
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using HttpResponseMessage read = await SendAsync(method, "");
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            Assert.Equal(returned, read.Headers.GetValues("x-amz-meta-name").Single());
        }
    }

    [Fact]
    public async Task Content_Disposition_comes_back_byte_for_byte_from_a_copy_too()
    {
        const string Name = "attachment; filename=\"caf\u00E9 \u4E2D.txt\"";
        await PutAsync(("Content-Disposition", Name));
        using HttpResponseMessage copied = await SendAsync(HttpMethod.Put, "copy", null, ("x-amz-copy-source", $"/{_bucket}/k"));
        Assert.Equal(HttpStatusCode.OK, copied.StatusCode);
        using HttpResponseMessage read = await SendAsync(HttpMethod.Get, "copy");
        Assert.Equal(Name, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(read.Content.Headers.GetValues("Content-Disposition").Single())));
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("POST", "?uploads")]
    [InlineData("PUT", "COPY")]
    public async Task A_header_that_no_answer_could_carry_is_refused_before_it_is_kept(string method, string target)
    {
        await PutAsync();
        bool copies = target == "COPY";
        (string, string)[] headers = copies
            ? [("x-amz-copy-source", $"/{_bucket}/k"), ("x-amz-metadata-directive", "REPLACE"), ("Cache-Control", "a\u0001")]
            : [("Cache-Control", "a\u0001")];
        using HttpResponseMessage refused = await SendAsync(new HttpMethod(method), copies ? "other" : "other" + target, null, headers);
        Assert.Equal((HttpStatusCode.BadRequest, "InvalidArgument"), (refused.StatusCode, await CodeOfAsync(refused)));
        using HttpResponseMessage read = await SendAsync(HttpMethod.Get, "other");
        Assert.Equal("NoSuchKey", await CodeOfAsync(read));
    }

    [Theory]
    [InlineData("caf%C3%A9", "caf\u00E9")]
    [InlineData("%E4%B8%AD", null)]
    [InlineData("a%0D%0Ax-injected:%20b", null)]
    [InlineData("a%00", null)]
    public async Task What_a_query_asks_for_in_a_header_is_sent_in_ISO_8859_1_or_refused(string asked, string? sent)
    {
        await PutAsync();
        using HttpResponseMessage read = await SendAsync(HttpMethod.Get, $"?response-content-disposition={asked}");
        if (sent is not null)
        {
            Assert.Equal(sent, read.Content.Headers.GetValues("Content-Disposition").Single());
            return;
        }

        Assert.Equal((HttpStatusCode.BadRequest, "InvalidArgument"), (read.StatusCode, await CodeOfAsync(read)));
        Assert.False(read.Headers.Contains("x-injected"));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("long")]
    [InlineData("endless")]
    [InlineData("nameless")]
    public async Task Trailers_without_end_are_refused_unread(string kind)
    {
        await PutAsync();
        string trailers = kind switch
        {
            "many" => string.Concat(Enumerable.Range(0, 100_000).Select(static n => $"x-{n}:v\r\n")) + "\r\n",
            "long" => string.Concat(Enumerable.Range(0, 3).Select(static n => $"x-{n}:{new string('v', 4000)}\r\n")) + "\r\n",
            "endless" => "x-amz-checksum-crc32:" + new string('v', 1_000_000),
            _ => "no colon\r\n\r\n",
        };
        using HttpResponseMessage refused = await SendAsync(
            HttpMethod.Put,
            "framed",
            $"1\r\na\r\n0\r\n{trailers}",
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", "1"));
        Assert.Equal((HttpStatusCode.BadRequest, "MalformedTrailerError"), (refused.StatusCode, await CodeOfAsync(refused)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_whose_bytes_are_lost_is_an_error_of_the_server_without_the_object_s_headers(bool whole)
    {
        string text = Guid.NewGuid().ToString();
        await PutAsync(text, ("Content-Encoding", "zstd"), ("x-amz-meta-a", "b"));
        Lose(Encoding.UTF8.GetBytes(text), whole);
        using HttpResponseMessage read = await SendAsync(HttpMethod.Get, "");
        Assert.Equal((HttpStatusCode.InternalServerError, "InternalError"), (read.StatusCode, await CodeOfAsync(read)));
        Assert.Equal("application/xml", read.Content.Headers.ContentType!.ToString());
        Assert.Empty(read.Content.Headers.ContentEncoding);
        Assert.False(read.Headers.Contains("ETag") || read.Headers.Contains("x-amz-meta-a") || read.Content.Headers.Contains("Last-Modified"));
        Assert.Equal(read.Headers.GetValues("x-amz-request-id").Single(), XElement.Parse(await read.Content.ReadAsStringAsync()).Element("RequestId")!.Value);
        Assert.True(read.Headers.Contains("x-amz-id-2"));
    }

    [Theory]
    [InlineData("GET", "?versionId=abc", "InvalidArgument")]
    [InlineData("GET", "?versionId=", "InvalidArgument")]
    [InlineData("DELETE", "?versionId=abc", "InvalidArgument")]
    [InlineData("GET", "?versionId=0123456789012345678901234567._AB", "NoSuchVersion")]
    public async Task A_version_id_that_none_could_have_is_an_invalid_argument(string method, string query, string code)
    {
        await PutAsync();
        using HttpResponseMessage answer = await SendAsync(new HttpMethod(method), query);
        Assert.Equal(code, await CodeOfAsync(answer));
    }

    private void Lose(byte[] content, bool whole)
    {
        string name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        string path = Directory.GetFiles(_house.DataFolder, name, SearchOption.AllDirectories).Single();
        File.Delete(path); // Its owner may delete it, but not write to it.
        if (!whole)
        {
            File.WriteAllBytes(path, []);
        }
    }

    private Task PutAsync(params (string Name, string Value)[] headers) => PutAsync("text", headers);

    private async Task PutAsync(string text, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage bucket = Request(HttpMethod.Put, $"/{_bucket}");
        using HttpResponseMessage made = await _client.SendAsync(bucket);
        made.EnsureSuccessStatusCode();
        using HttpResponseMessage put = await SendAsync(HttpMethod.Put, "", text, headers);
        put.EnsureSuccessStatusCode();
    }

    /// <param name="target">A key, or the query behind that of the test's own object.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        string key = target.Length == 0 || target[0] == '?' ? "k" + target : target;
        using HttpRequestMessage request = Request(method, $"/{_bucket}/{key}");
        if (body is not null || method == HttpMethod.Put || method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? ""));
        }

        foreach ((string name, string value) in headers)
        {
            Assert.True(
                request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value),
                $"{name} cannot be sent.");
        }

        return await _client.SendAsync(request);
    }

    private static HttpRequestMessage Request(HttpMethod method, string target)
    {
        HttpRequestMessage request = new(method, target);
        request.Headers.TryAddWithoutValidation("Authorization", ServedHouse.SignedBy("000000000000", "us-east-1", "s3"));
        return request;
    }

    private static async Task<string> CodeOfAsync(HttpResponseMessage answer) =>
        XElement.Parse(await answer.Content.ReadAsStringAsync()).Element("Code")!.Value;
}

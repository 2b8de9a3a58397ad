using System.Text;
using Lamina.Gateway;

namespace Lamina.Rooms.Tests.Gateways;

public sealed class UrlResponseTests
{
    [Theory]
    [InlineData("""{"hello": "world"}""", """{"hello":"world"}""")]
    [InlineData("\"hello\"", "hello")]
    [InlineData("3", "3")]
    [InlineData("null", "null")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("no json at all", "no json at all")]
    public void A_result_without_a_status_is_the_body_of_a_200(string result, string body)
    {
        UrlResponse response = Of(result)!;
        Assert.Equal((200, body), (response.Status, Encoding.UTF8.GetString(response.Body.Span)));
        Assert.Equal([new("Content-Type", "application/json")], response.Headers);
    }

    [Fact]
    public void A_result_with_a_status_says_headers_cookies_and_body()
    {
        UrlResponse response = Of("""{"statusCode": 201, "headers": {"content-type": "text/plain", "n": 1}, "cookies": ["a=1", "b=2"], "body": "grüße"}""")!;
        Assert.Equal((201, "grüße"), (response.Status, Encoding.UTF8.GetString(response.Body.Span)));
        Assert.Equal(
            [new("content-type", "text/plain"), new("n", "1"), new("Set-Cookie", "a=1"), new("Set-Cookie", "b=2")], response.Headers);
    }

    [Theory]
    [InlineData("""{"statusCode": 418, "headers": {"a": "b"}, "cookies": ["c=d"]}""", 418, "a: b, Content-Type: application/octet-stream, Set-Cookie: c=d")]
    [InlineData("""{"headers": {"content-type": "text/html"}}""", 200, "content-type: text/html")]
    [InlineData("{}", 200, "Content-Type: application/octet-stream")]
    public void What_stands_before_a_streamed_body_says_status_headers_and_cookies(string prelude, int status, string headers)
    {
        UrlResponse response = UrlResponse.OfPrelude(Encoding.UTF8.GetBytes(prelude))!;
        Assert.Equal((status, headers), (response.Status, string.Join(", ", response.Headers.Select(header => $"{header.Key}: {header.Value}"))));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("no json")]
    [InlineData("""{"statusCode": 99}""")]
    [InlineData("""{"headers": 1}""")]
    public void What_cannot_stand_before_a_streamed_body_is_nothing(string prelude) =>
        Assert.Null(UrlResponse.OfPrelude(Encoding.UTF8.GetBytes(prelude)));

    [Theory]
    [InlineData("""{"statusCode": 200, "body": {"an": ["object", 1.50]}}""", """{"an":["object",1.50]}""")]
    [InlineData("""{"statusCode": 200, "body": 3}""", "3")]
    [InlineData("""{"an": "über", "b": [1, true]}""", """{"an":"über","b":[1,true]}""")]
    public void A_body_that_is_no_text_is_JSON_without_spaces(string result, string body) =>
        Assert.Equal((200, body), (Of(result)!.Status, Encoding.UTF8.GetString(Of(result)!.Body.Span)));

    [Fact]
    public void Bytes_come_in_base64() =>
        Assert.Equal([0, 255], Of("""{"statusCode": 200, "body": "AP8=", "isBase64Encoded": true}""")!.Body.ToArray());

    [Theory]
    [InlineData("""{"statusCode": "fine"}""")]
    [InlineData("""{"statusCode": 99}""")]
    [InlineData("""{"statusCode": 200, "headers": ["a"]}""")]
    [InlineData("""{"statusCode": 200, "headers": {"a": []}}""")]
    [InlineData("""{"statusCode": 200, "cookies": "a=1"}""")]
    [InlineData("""{"statusCode": 200, "cookies": [1]}""")]
    [InlineData("""{"statusCode": 200, "body": "!", "isBase64Encoded": true}""")]
    public void What_looks_like_a_response_and_cannot_be_one_is_none(string result) => Assert.Null(Of(result));

    private static UrlResponse? Of(string result) => UrlResponse.Of(Encoding.UTF8.GetBytes(result));
}

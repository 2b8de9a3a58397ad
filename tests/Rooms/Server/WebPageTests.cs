using System.Net;

namespace Lamina.Rooms.Tests.Server;

public sealed class WebPageTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Functions = "/2015-03-31/functions";

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:4566")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3:9001")]
    [InlineData("[::1]:4566")]
    [InlineData("lambda.localhost:4566")]
    [InlineData("localhost.localstack.cloud:4566")]
    [InlineData("lambda.us-east-1.localhost.localstack.cloud")]
    public async Task Names_of_this_machine_are_answered(string host) =>
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, Functions, null, ("Host", host))).Status);

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("192.168.1.1:4566")]
    [InlineData("127.0.0.1.evil.example")]
    public async Task A_name_that_a_foreign_page_could_have_is_refused(string host)
    {
        Reply reply = await house.SendAsync(HttpMethod.Get, Functions, null, ("Host", host));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), (reply.Status, reply.ErrorType));
        Assert.Equal($"The host '{host}' is not one this server answers to: use localhost or 127.0.0.1.", reply.Message);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:1")]
    [InlineData("null")]
    public async Task A_page_of_another_origin_is_refused(string origin)
    {
        Reply reply = await house.SendAsync(HttpMethod.Post, Functions, ServedHouse.Json("{}"), ("Origin", origin));
        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.False(reply.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_page_of_our_own_is_answered() => Assert.Equal(
        HttpStatusCode.OK,
        (await house.SendAsync(HttpMethod.Get, Functions, null, ("Origin", $"http://{house.Address.Authority}"))).Status);

    [Fact]
    public async Task A_request_that_a_foreign_page_makes_without_an_origin_is_refused() => Assert.Equal(
        HttpStatusCode.Forbidden,
        (await house.SendAsync(HttpMethod.Get, Functions, null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"))).Status);

    [Fact]
    public async Task A_link_may_be_followed_from_anywhere() => Assert.Equal(
        HttpStatusCode.OK,
        (await house.SendAsync(HttpMethod.Get, "/_lamina/health", null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"))).Status);
}

using System.Net;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Pages of any origin may call a function URL, so its host must lead nowhere else.</summary>
public sealed class FunctionUrlBoundaryTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    [Theory]
    [InlineData("/_lamina/health")]
    [InlineData("/_localstack/health")]
    [InlineData("/2015-03-31/functions")]
    public async Task A_function_urls_host_reaches_neither_our_paths_nor_the_api(string path)
    {
        Reply reply = await house.SendAsync(
            HttpMethod.Get, path, null, ("Host", "abc.lambda-url.us-east-1.localhost:4566"), ("Origin", "https://page.example"));
        Assert.Equal((HttpStatusCode.NotFound, "ResourceNotFoundException", "Not Found"), (reply.Status, reply.ErrorType, reply.Message));
    }

    [Fact]
    public async Task A_host_that_only_looks_like_one_is_refused_as_ever()
    {
        Reply reply = await house.SendAsync(HttpMethod.Get, "/_lamina/health", null, ("Host", "abc.lambda-url.us-east-1.on.aws.evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
    }

    [Fact]
    public async Task A_server_that_was_not_told_so_forgets_nothing()
    {
        Reply reply = await house.SendAsync(HttpMethod.Post, "/_lamina/reset");
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), (reply.Status, reply.ErrorType));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await house.SendAsync(HttpMethod.Get, "/_lamina/reset")).Status);
    }
}

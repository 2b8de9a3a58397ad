using System.Net;
using System.Net.Http.Headers;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Server;

public sealed class BodyLimitTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_create_request_above_the_limit_is_refused_in_the_words_of_AWS(bool chunked)
    {
        Reply reply = await PostAsync("/2015-03-31/functions", (int)Limits.RequestBytes + 1, chunked);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLargeException"), (reply.Status, reply.ErrorType));
        Assert.Equal("Request must be smaller than 70167211 bytes for the CreateFunction operation", reply.Message);
    }

    [Theory]
    [InlineData("RequestResponse", Limits.SyncPayloadBytes)]
    [InlineData("Event", Limits.AsyncPayloadBytes)]
    public async Task An_event_above_the_limit_is_refused_and_names_it(string type, int limit)
    {
        Reply reply = await PostAsync("/2015-03-31/functions/f/invocations", limit + 1, chunked: false, ("X-Amz-Invocation-Type", type));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "RequestTooLargeException"), (reply.Status, reply.ErrorType));
        Assert.Equal($"{limit + 1} byte payload is too large for the {type} invocation type (limit {limit} bytes)", reply.Message);
    }

    [Fact]
    public async Task A_configuration_request_has_a_small_limit()
    {
        using ByteArrayContent content = new(new byte[Limits.SmallRequestBytes + 1]);
        Reply reply = await house.SendAsync(HttpMethod.Put, "/2015-03-31/functions/f/configuration", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.Status);
    }

    private async Task<Reply> PostAsync(string path, int size, bool chunked, params (string Name, string Value)[] headers)
    {
        using ByteArrayContent content = new(new byte[size]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (string, string)[] all = chunked ? [.. headers, ("Transfer-Encoding", "chunked")] : headers;
        return await house.SendAsync(HttpMethod.Post, path, content, all);
    }
}

using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

public sealed class DevLayerRouteTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Path = "/_lamina/dev-layers";

    [Theory]
    [InlineData("POST", "/shared", HttpStatusCode.BadRequest, "InvalidParameterValueException")]
    [InlineData("POST", "/shared?Folder=%1B%5B2J", HttpStatusCode.BadRequest, "BadRequestException")]
    [InlineData("POST", "/arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Alayer%3Ashared?Folder=x", HttpStatusCode.Forbidden, "AccessDeniedException")]
    [InlineData("GET", "/shared", HttpStatusCode.MethodNotAllowed, "MethodNotAllowedException")]
    [InlineData("PUT", "/shared/nosuchsession", HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [InlineData("DELETE", "/shared/nosuchsession", HttpStatusCode.MethodNotAllowed, "MethodNotAllowedException")]
    public async Task A_request_that_means_nothing_is_refused(string method, string rest, HttpStatusCode status, string error)
    {
        Reply reply = await house.SendAsync(HttpMethod.Parse(method), Path + rest);

        Assert.Equal((status, error), (reply.Status, reply.ErrorType));
    }

    [Fact]
    public async Task A_session_is_listed_without_its_secret_to_its_own_account_only()
    {
        using HttpRequestMessage begin = new(HttpMethod.Post, $"{Path}/listed?Folder=%2Fhome%2Fme");
        using HttpResponseMessage open = await house.Client.SendAsync(
            begin, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using StreamReader lines = new(await open.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        JsonNode first = JsonNode.Parse((await lines.ReadLineAsync(TestContext.Current.CancellationToken))!)!;

        Reply mine = await house.SendAsync(HttpMethod.Get, Path);
        Reply theirs = await house.SendAsync(
            HttpMethod.Get, Path, null, ("Authorization", ServedHouse.SignedBy("111122223333", "us-east-1", "lambda")));

        Assert.Equal("/home/me", (string?)JsonNode.Parse(mine.Body)![0]!["folder"]);
        Assert.DoesNotContain((string)first["session"]!, mine.Text, StringComparison.Ordinal);
        Assert.Equal("[]", theirs.Text);
    }
}

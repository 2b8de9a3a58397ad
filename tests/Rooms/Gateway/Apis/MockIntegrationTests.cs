using System.Text;
using Lamina.Gateway;
using Lamina.Gateway.Apis;
using static Lamina.Rooms.Tests.Gateway.Apis.ApiSamples;

namespace Lamina.Rooms.Tests.Gateway.Apis;

public sealed class MockIntegrationTests
{
    private const string Chosen = """
        {"type":"mock","requestTemplates":{"application/json":"{\"statusCode\" : 404}"},"responses":{
          "default":{"statusCode":"200"},
          "4\\d\\d":{"statusCode":"410","responseParameters":{"method.response.header.X-Why":"'it is gone'"},"responseTemplates":{"text/plain":"gone"}}}}
        """;

    [Theory]
    [InlineData(null, 410)]
    [InlineData("application/json; charset=utf-8", 410)]
    [InlineData("text/csv", 200)]
    public void The_template_s_status_code_chooses_the_response(string? contentType, int status)
    {
        MockIntegration mock = Read(Chosen, out string? unserved);
        Assert.Null(unserved);

        // No template is for the last one, so the body itself says it.
        UrlResponse response = mock.AnswerTo(contentType, "{\"statusCode\":202}"u8, out bool accepts)!.ToResponse();

        Assert.Equal((true, status), (accepts, response.Status));
        if (status == 410)
        {
            Assert.Equal("gone", Encoding.UTF8.GetString(response.Body.Span));
            Assert.Equal(["X-Why: it is gone", "Content-Type: text/plain"], response.Headers.Select(static header => $"{header.Key}: {header.Value}"));
        }
    }

    [Theory]
    [InlineData("NEVER", false)]
    [InlineData("WHEN_NO_TEMPLATES", false)]
    [InlineData("WHEN_NO_MATCH", true)]
    public void Content_without_a_template_is_taken_or_not(string passthrough, bool taken)
    {
        MockIntegration mock = Read($$"""{"requestTemplates":{"application/json":"{}"},"passthroughBehavior":"{{passthrough}}"}""", out _);
        Assert.Null(mock.AnswerTo("text/csv", "a,b"u8, out bool accepts));
        Assert.Equal(taken, accepts);
    }

    [Theory]
    [InlineData("""{"requestTemplates":{"application/json":"{\"statusCode\": $input.params('x')}"}}""", "mapping templates with variables or directives")]
    [InlineData("""{"responses":{"default":{"responseTemplates":{"application/json":"#set($a = 1)"}}}}""", "mapping templates with variables or directives")]
    [InlineData(
        """{"responses":{"default":{"responseParameters":{"method.response.header.X":"context.requestId"}}}}""", "the mapping expression context.requestId")]
    public void What_has_to_be_computed_is_not_served(string integration, string said)
    {
        Read(integration, out string? unserved);
        Assert.Equal(said, unserved);
    }

    private static MockIntegration Read(string integration, out string? unserved) => MockIntegration.Read(Json(Encoding.UTF8.GetBytes(integration)), out unserved);
}

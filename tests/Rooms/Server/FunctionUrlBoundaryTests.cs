using System.Net;
using System.Text.Json.Nodes;

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
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException", """{"Message":null}"""), (reply.Status, reply.ErrorType, reply.Text));
    }

    [Fact]
    public async Task A_url_that_no_policy_opens_is_forbidden_in_AWSs_words()
    {
        await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", ServedHouse.CreateRequest("closed"));
        Reply created = await house.SendJsonAsync(
            HttpMethod.Post, "/2021-10-31/functions/closed/url", new JsonObject { ["AuthType"] = "NONE" });
        Uri url = new((string)created.Json["FunctionUrl"]!);

        Reply reply = await house.SendAsync(HttpMethod.Get, "/any", null, ("Host", url.Authority));
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException", "application/json"), (reply.Status, reply.ErrorType, reply.ContentType));
        Assert.Equal(
            """{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}""",
            reply.Text);
    }

    [Fact]
    public async Task A_url_goes_with_its_alias()
    {
        await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", ServedHouse.CreateRequest("behind"));
        Reply published;
        do
        {
            published = await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions/behind/versions", []);
        }
        while (published.Status == HttpStatusCode.Conflict);

        JsonObject alias = new() { ["Name"] = "live", ["FunctionVersion"] = (string?)published.Json["Version"] };
        Assert.Equal(HttpStatusCode.Created, (await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions/behind/aliases", alias)).Status);
        Reply created = await house.SendJsonAsync(
            HttpMethod.Post, "/2021-10-31/functions/behind/url?Qualifier=live", new JsonObject { ["AuthType"] = "AWS_IAM" });
        Uri url = new((string)created.Json["FunctionUrl"]!);

        await house.SendAsync(HttpMethod.Delete, "/2015-03-31/functions/behind/aliases/live", null);
        Reply reply = await house.SendAsync(HttpMethod.Get, "/", null, ("Host", url.Authority));

        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException", """{"Message":null}"""), (reply.Status, reply.ErrorType, reply.Text));
    }

    [Theory]
    [InlineData(ServedHouse.Member, ServedHouse.Organization)]
    [InlineData("333333333333", null)]
    public async Task The_event_of_a_signed_request_tells_the_signers_organisation(string account, string? organization)
    {
        (string, string) signature = ("Authorization", ServedHouse.SignedBy(account, "us-east-1", "lambda"));
        string name = $"org{account}";
        await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", ServedHouse.CreateRequest(name), signature);
        Reply created = await house.SendJsonAsync(
            HttpMethod.Post, $"/2021-10-31/functions/{name}/url", new JsonObject { ["AuthType"] = "AWS_IAM" }, signature);
        JsonObject shown;
        do
        {
            shown = (await house.SendAsync(HttpMethod.Get, $"/2015-03-31/functions/{name}/configuration", null, signature)).Json;
        }
        while ((string?)shown["State"] == "Pending");

        Reply reply = await house.SendAsync(HttpMethod.Get, "/", null, ("Host", new Uri((string)created.Json["FunctionUrl"]!).Authority), signature);
        JsonObject signer = reply.Json["requestContext"]!["authorizer"]!["iam"]!.AsObject();
        Assert.Equal((account, organization), ((string?)signer["accountId"], (string?)signer["principalOrgId"]));
        Assert.True(signer.ContainsKey("principalOrgId"));
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

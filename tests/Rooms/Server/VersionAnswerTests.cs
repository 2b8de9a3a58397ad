using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

/// <summary>Answers about versions, aliases and permissions, in the forms recorded from AWS.</summary>
public sealed class VersionAnswerTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Functions = "/2015-03-31/functions";
    private const string Other = "111111111111";

    [Fact]
    public async Task A_function_answers_under_the_ARN_it_was_asked_by()
    {
        JsonObject created = await CreatePublishedAsync("fn");
        Assert.Equal(("1", Arn("fn")), ((string?)created["Version"], (string?)created["FunctionArn"]));
        await house.SendJsonAsync(HttpMethod.Post, $"{Functions}/fn/aliases", new() { ["Name"] = "live", ["FunctionVersion"] = "1" });

        foreach (string? qualifier in (string?[])[null, "$LATEST", "1", "live"])
        {
            string query = qualifier is null ? "" : $"?Qualifier={Uri.EscapeDataString(qualifier)}";
            JsonObject answer = (await house.SendAsync(HttpMethod.Get, $"{Functions}/fn{query}")).Json["Configuration"]!.AsObject();
            Assert.Equal(qualifier is null ? Arn("fn") : $"{Arn("fn")}:{qualifier}", (string?)answer["FunctionArn"]);
            Assert.Equal(qualifier is null or "$LATEST" ? "$LATEST" : "1", (string?)answer["Version"]);
        }

        JsonArray versions = (await house.SendAsync(HttpMethod.Get, $"{Functions}/fn/versions")).Json["Versions"]!.AsArray();
        Assert.Equal([$"{Arn("fn")}:$LATEST", $"{Arn("fn")}:1"], versions.Select(static version => (string?)version!["FunctionArn"]));
    }

    [Theory]
    [InlineData("2", -1.0, "Value '{2=-1.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: "
        + "[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]")]
    [InlineData("$LATEST", 0.5, "Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: "
        + "[Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]")]
    public async Task Weights_are_checked_in_AWS_s_words(string version, double weight, string text)
    {
        JsonObject alias = new()
        {
            ["Name"] = "a",
            ["FunctionVersion"] = "1",
            ["RoutingConfig"] = new JsonObject { ["AdditionalVersionWeights"] = new JsonObject { [version] = weight } },
        };
        Reply reply = await house.SendJsonAsync(HttpMethod.Post, $"{Functions}/none/aliases", alias);
        Assert.Equal((HttpStatusCode.BadRequest, "ValidationException"), (reply.Status, reply.ErrorType));
        Assert.Equal($"1 validation error detected: {text}", reply.Message);
    }

    [Fact]
    public async Task Another_account_invokes_by_permission_only()
    {
        await CreatePublishedAsync("shared");
        string path = $"{Functions}/{Uri.EscapeDataString(Arn("shared"))}/invocations";
        Assert.Equal(HttpStatusCode.Forbidden, await DryRunAsync(path));

        JsonObject permission = new() { ["StatementId"] = "s", ["Action"] = "lambda:InvokeFunction", ["Principal"] = Other };
        Assert.Equal(HttpStatusCode.Created, (await house.SendJsonAsync(HttpMethod.Post, $"{Functions}/shared/policy", permission)).Status);
        Assert.Equal(HttpStatusCode.NoContent, await DryRunAsync(path));

        await house.SendAsync(HttpMethod.Delete, $"{Functions}/shared/policy/s");
        Assert.Equal(HttpStatusCode.Forbidden, await DryRunAsync(path));
    }

    [Fact]
    public async Task A_reservation_of_nothing_answers_429_with_the_reason_and_shows_in_the_function()
    {
        await CreatePublishedAsync("none-reserved");
        JsonObject nothing = new() { ["ReservedConcurrentExecutions"] = 0 };
        await house.SendJsonAsync(HttpMethod.Put, "/2017-10-31/functions/none-reserved/concurrency", nothing);
        await WaitUntilActiveAsync("none-reserved");

        Reply reply = await house.SendAsync(HttpMethod.Post, $"{Functions}/none-reserved/invocations", ServedHouse.Json("{}"));
        Assert.Equal((HttpStatusCode.TooManyRequests, "TooManyRequestsException"), (reply.Status, reply.ErrorType));
        Assert.Equal(
            ("ReservedFunctionConcurrentInvocationLimitExceeded", "Rate Exceeded."), ((string?)reply.Json["Reason"], reply.Message));
        JsonObject function = (await house.SendAsync(HttpMethod.Get, $"{Functions}/none-reserved")).Json;
        Assert.Equal(0, (int?)function["Concurrency"]!["ReservedConcurrentExecutions"]);
    }

    private static string Arn(string name) => $"arn:aws:lambda:us-east-1:000000000000:function:{name}";

    private async Task<JsonObject> CreatePublishedAsync(string name)
    {
        JsonObject request = ServedHouse.CreateRequest(name);
        request["Publish"] = true;
        JsonObject created = (await house.SendJsonAsync(HttpMethod.Post, Functions, request)).Json;
        await WaitUntilActiveAsync(name);
        return created;
    }

    private async Task<HttpStatusCode> DryRunAsync(string path) => (await house.SendAsync(
        HttpMethod.Post,
        path,
        ServedHouse.Json("{}"),
        ("Authorization", ServedHouse.SignedBy(Other, "us-east-1", "lambda")),
        ("X-Amz-Invocation-Type", "DryRun"))).Status;

    private async Task WaitUntilActiveAsync(string name)
    {
        // As a waiter of a client does: AWS offers nothing to be told by.
        while ((string?)(await house.SendAsync(HttpMethod.Get, $"{Functions}/{name}/configuration")).Json["State"] != "Active")
        {
        }
    }
}

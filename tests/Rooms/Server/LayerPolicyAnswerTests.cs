using System.Net;
using System.Text.Json.Nodes;

namespace Lamina.Rooms.Tests.Server;

/// <summary>The policy of a layer version and the account's settings over HTTP, as recorded from AWS.</summary>
public sealed class LayerPolicyAnswerTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Layers = "/2018-10-31/layers";
    private const string Stale =
        "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id";

    [Fact]
    public async Task A_policy_lives_as_in_AWS()
    {
        string arn = await PublishAsync("life");
        Reply none = await house.SendAsync(HttpMethod.Get, $"{Layers}/life/versions/1/policy");
        AssertError(none, HttpStatusCode.NotFound, "ResourceNotFoundException", "Message", "No policy is associated with the given resource.");

        Reply first = await AddAsync("life", Statement("s1"));
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal(["RevisionId", "Statement"], Members(first));
        Assert.Equal(Written("s1", arn), (string?)first.Json["Statement"]);
        Reply policy = await house.SendAsync(HttpMethod.Get, $"{Layers}/life/versions/1/policy");
        Assert.Equal(["Policy", "RevisionId"], Members(policy));
        Assert.Equal($$"""{"Version":"2012-10-17","Id":"default","Statement":[{{Written("s1", arn)}}]}""", (string?)policy.Json["Policy"]);
        Assert.Equal((string?)first.Json["RevisionId"], (string?)policy.Json["RevisionId"]);

        Reply second = await AddAsync("life", Statement("s2"), (string)first.Json["RevisionId"]!);
        string revision = (string)second.Json["RevisionId"]!;
        Reply removed = await house.SendAsync(HttpMethod.Delete, $"{Layers}/life/versions/1/policy/s2?RevisionId={revision}");
        Assert.Equal((HttpStatusCode.NoContent, 0), (removed.Status, removed.Body.Length));
        Reply after = await house.SendAsync(HttpMethod.Get, $"{Layers}/life/versions/1/policy");
        Assert.Equal((string?)policy.Json["Policy"], (string?)after.Json["Policy"]);
        Assert.NotEqual(revision, (string?)after.Json["RevisionId"]);
    }

    [Fact]
    public async Task What_is_wrong_with_a_permission_is_said_as_AWS_says_it()
    {
        string arn = await PublishAsync("wrong");
        await AddAsync("wrong", Statement("s1"));
        string elsewhere = arn.Replace(":wrong:1", ":wrong:2", StringComparison.Ordinal);

        AssertError(
            await AddAsync("wrong", Statement("s1")), HttpStatusCode.Conflict, "ResourceConflictException", "message",
            "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.");
        AssertError(await AddAsync("wrong", Statement("s2"), "wrong"), HttpStatusCode.PreconditionFailed, "PreconditionFailedException", "message", Stale);
        AssertError(await RemoveAsync("wrong", "s1?RevisionId=wrong"), HttpStatusCode.PreconditionFailed, "PreconditionFailedException", "message", Stale);
        AssertError(
            await RemoveAsync("wrong", "nosuch"), HttpStatusCode.NotFound, "ResourceNotFoundException", "Message",
            "Statement nosuch is not found in resource policy.");
        AssertError(
            await house.SendAsync(HttpMethod.Get, $"{Layers}/wrong/versions/2/policy"), HttpStatusCode.NotFound, "ResourceNotFoundException", "Message",
            $"Layer version {elsewhere} does not exist.");
        JsonObject action = Statement("s3");
        action["Action"] = "*";
        Reply refused = await AddAsync("wrong", action);
        Assert.Equal(["message"], Members(refused));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "ValidationException",
            "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion"),
            (refused.Status, refused.ErrorType, refused.Message));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_listed()
    {
        JsonObject bad = new() { ["StatementId"] = "bad sid", ["Action"] = "*", ["Principal"] = "nobody", ["OrganizationId"] = "x" };
        string message = (await AddAsync("none", bad)).Message!;
        Assert.StartsWith("4 validation errors detected: Value 'x' at 'organizationId' failed", message, StringComparison.Ordinal);
        Assert.Contains(@"Value 'nobody' at 'principal' failed to satisfy constraint: Member must satisfy regular expression pattern: \d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root", message, StringComparison.Ordinal);
        Assert.Contains("Value 'bad sid' at 'statementId'", message, StringComparison.Ordinal);
        string empty = (await AddAsync("none", [])).Message!;
        Assert.Equal(
            "3 validation errors detected: Value null at 'principal' failed to satisfy constraint: Member must not be null; "
            + "Value null at 'action' failed to satisfy constraint: Member must not be null; "
            + "Value null at 'statementId' failed to satisfy constraint: Member must not be null",
            empty);
    }

    [Theory]
    [InlineData("MaxItems=0", "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("MaxItems=51", "1 validation error detected: Value '51' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 50")]
    [InlineData("Marker=nonsense!", "The Marker is not one that a list answered.")]
    [InlineData("CompatibleArchitecture=mips", "1 validation error detected: Value 'mips' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]")]
    public async Task A_list_is_asked_for_as_AWS_wants_it(string query, string message)
    {
        Assert.Equal(message, (await house.SendAsync(HttpMethod.Get, $"{Layers}?{query}")).Message);
        Assert.Equal(message, (await house.SendAsync(HttpMethod.Get, $"{Layers}/l/versions?{query}")).Message);
    }

    [Fact]
    public async Task Account_settings_say_the_limits_and_what_is_used()
    {
        (string, string) caller = ("Authorization", ServedHouse.SignedBy("999999999999", "us-east-1", "lambda"));
        JsonObject before = (await house.SendAsync(HttpMethod.Get, "/2016-08-19/account-settings", null, caller)).Json;
        Assert.Equal(
            """{"TotalCodeSize":80530636800,"CodeSizeUnzipped":262144000,"CodeSizeZipped":52428800,"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000}""",
            before["AccountLimit"]!.ToJsonString());
        Assert.Equal("""{"TotalCodeSize":0,"FunctionCount":0}""", before["AccountUsage"]!.ToJsonString());

        byte[] zip = ServedHouse.Zip(("a", "1"));
        JsonObject layer = new() { ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) } };
        await house.SendJsonAsync(HttpMethod.Post, $"{Layers}/l/versions", layer, caller);
        await house.SendJsonAsync(HttpMethod.Post, $"{Layers}/l/versions", (JsonObject)layer.DeepClone(), caller);
        Reply created = await house.SendJsonAsync(HttpMethod.Post, "/2015-03-31/functions", ServedHouse.CreateRequest("fn"), caller);
        JsonObject after = (await house.SendAsync(HttpMethod.Get, "/2016-08-19/account-settings", null, caller)).Json;
        Assert.Equal((2 * zip.Length) + (long)created.Json["CodeSize"]!, (long)after["AccountUsage"]!["TotalCodeSize"]!);
        Assert.Equal(1, (int)after["AccountUsage"]!["FunctionCount"]!);
    }

    [Fact]
    public async Task An_account_of_the_organisation_gets_in_over_HTTP_and_others_do_not()
    {
        string arn = await PublishAsync("org");
        JsonObject statement = Statement("s");
        statement["OrganizationId"] = ServedHouse.Organization;
        await AddAsync("org", statement);
        string path = $"{Layers}?find=LayerVersion&Arn={Uri.EscapeDataString(arn)}";
        Reply inside = await house.SendAsync(HttpMethod.Get, path, null, ("Authorization", ServedHouse.SignedBy(ServedHouse.Member, "us-east-1", "lambda")));
        Reply outside = await house.SendAsync(HttpMethod.Get, path, null, ("Authorization", ServedHouse.SignedBy("333333333333", "us-east-1", "lambda")));
        Assert.Equal(arn, (string?)inside.Json["LayerVersionArn"]);
        Assert.Equal((HttpStatusCode.Forbidden, "AccessDeniedException"), (outside.Status, outside.ErrorType));
        Assert.Equal(
            $"User: arn:aws:iam::333333333333:root is not authorized to perform: lambda:GetLayerVersion on resource: {arn} because no resource-based policy allows the lambda:GetLayerVersion action",
            outside.Message);
    }

    [Fact]
    public async Task Organisations_can_be_looked_at() => Assert.Equal(
        $"{{\"{ServedHouse.Organization}\":[\"{ServedHouse.Member}\"]}}", (await house.SendAsync(HttpMethod.Get, "/_lamina/organizations")).Text);

    private static JsonObject Statement(string sid) =>
        new() { ["StatementId"] = sid, ["Action"] = "lambda:GetLayerVersion", ["Principal"] = "*" };

    private static string Written(string sid, string arn) =>
        $$"""{"Sid":"{{sid}}","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"{{arn}}"}""";

    private static IEnumerable<string> Members(Reply reply) => reply.Json.Select(static member => member.Key).Order(StringComparer.Ordinal);

    private static void AssertError(Reply reply, HttpStatusCode status, string code, string member, string message)
    {
        Assert.Equal((status, code), (reply.Status, reply.ErrorType));
        Assert.Equal(("User", message), ((string?)reply.Json["Type"], (string?)reply.Json[member]));
    }

    private Task<Reply> AddAsync(string layer, JsonObject statement, string? revision = null) => house.SendJsonAsync(
        HttpMethod.Post, $"{Layers}/{layer}/versions/1/policy{(revision is null ? "" : $"?RevisionId={revision}")}", statement);

    private Task<Reply> RemoveAsync(string layer, string statement) =>
        house.SendAsync(HttpMethod.Delete, $"{Layers}/{layer}/versions/1/policy/{statement}");

    private async Task<string> PublishAsync(string name)
    {
        Reply published = await house.SendJsonAsync(HttpMethod.Post, $"{Layers}/{name}/versions", new JsonObject
        {
            ["Content"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(ServedHouse.Zip(("python/a.py", "1"))) },
        });
        return (string)published.Json["LayerVersionArn"]!;
    }
}

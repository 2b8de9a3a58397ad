using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Lamina.Rooms.Tests.Server;

/// <summary>A server that enforces policies. The root of the account prepares, a session of a role asks.</summary>
public sealed class EnforcedHouse : IAsyncLifetime
{
    internal ServedHouse House { get; private set; } = null!;

    public async ValueTask InitializeAsync() => House = await ServedHouse.OpenAsync(static options => options with { EnforceIam = true });

    public ValueTask DisposeAsync() => House.DisposeAsync();
}

public sealed class EnforcedHouseTests(EnforcedHouse enforced) : IClassFixture<EnforcedHouse>
{
    private const string Root = "arn:aws:iam::000000000000:root";
    private const string Functions = "/2015-03-31/functions";

    [Fact]
    public async Task What_no_policy_allows_is_refused_in_AWSs_words()
    {
        Session session = await SessionWithAsync("reader", """{"Effect":"Allow","Action":"lambda:List*","Resource":"*"}""");

        Assert.Equal(200, (int)(await SendAsync(session, HttpMethod.Get, Functions)).Status);
        Reply refusal = await SendAsync(session, HttpMethod.Get, $"{Functions}/orders");
        Assert.Equal((403, "AccessDeniedException"), ((int)refusal.Status, refusal.ErrorType));
        Assert.Equal(
            "User: arn:aws:sts::000000000000:assumed-role/reader/test is not authorized to perform: lambda:GetFunction on resource: "
            + "arn:aws:lambda:us-east-1:000000000000:function:orders because no identity-based policy allows the lambda:GetFunction action",
            refusal.Message);
    }

    [Fact]
    public async Task Deny_wins()
    {
        Session session = await SessionWithAsync(
            "denied", """{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"lambda:DeleteFunction","Resource":"arn:aws:lambda:*:*:function:keep*"}""");

        Assert.Equal(404, (int)(await SendAsync(session, HttpMethod.Delete, $"{Functions}/other")).Status);
        Assert.EndsWith(
            "with an explicit deny in an identity-based policy", (await SendAsync(session, HttpMethod.Delete, $"{Functions}/keep-me")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_handed_on_only_by_who_may_pass_it()
    {
        Session session = await SessionWithAsync("creator", """{"Effect":"Allow","Action":"lambda:*","Resource":"*"}""");
        JsonObject request = ServedHouse.CreateRequest("passed");

        Reply refusal = await SendAsync(session, HttpMethod.Post, Functions, request);
        Assert.Equal(
            "User: arn:aws:sts::000000000000:assumed-role/creator/test is not authorized to perform: iam:PassRole on resource: "
            + "arn:aws:iam::000000000000:role/r because no identity-based policy allows the iam:PassRole action",
            refusal.Message);
        await PutPolicyAsync("creator", "pass", """{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}""");
        Assert.Equal(201, (int)(await SendAsync(session, HttpMethod.Post, Functions, request)).Status);
    }

    [Fact]
    public async Task Layers_and_tags_of_a_request_can_be_conditions()
    {
        Session session = await SessionWithAsync(
            "layers",
            """{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringLike":{"lambda:Layer":"arn:aws:lambda:*:000000000000:layer:ours*"}}}""");
        JsonObject request = ServedHouse.CreateRequest("layered");
        request["Layers"] = new JsonArray("arn:aws:lambda:us-east-1:999999999999:layer:theirs:1");

        Assert.Contains("lambda:CreateFunction", (await SendAsync(session, HttpMethod.Post, Functions, request)).Message, StringComparison.Ordinal);
        request["Layers"] = new JsonArray("arn:aws:lambda:us-east-1:000000000000:layer:ours:1");
        Assert.NotEqual(403, (int)(await SendAsync(session, HttpMethod.Post, Functions, request)).Status);
    }

    [Theory]
    [InlineData("subnets", "ForAnyValue:StringEquals", "lambda:SubnetIds", "subnet-2", """{"VpcConfig":{"SubnetIds":["subnet-1","subnet-2"],"SecurityGroupIds":["sg-1"]}}""")]
    [InlineData("groups", "ForAnyValue:StringEquals", "lambda:SecurityGroupIds", "sg-1", """{"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]}}""")]
    [InlineData("vpcs", "ForAnyValue:StringLike", "lambda:VpcIds", "vpc-*", """{"VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]}}""")]
    [InlineData("signing", "StringLike", "lambda:CodeSigningConfigArn", "*:csc-*", """{"CodeSigningConfigArn":"arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdefg"}""")]
    public async Task What_a_function_is_created_with_can_be_a_condition(string role, string test, string key, string value, string members)
    {
        Session session = await SessionWithAsync(
            $"with-{role}",
            """{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"lambda:CreateFunction","Resource":"*","Condition":"""
            + $"{{\"{test}\":{{\"{key}\":\"{value}\"}}}}}}");
        JsonObject request = ServedHouse.CreateRequest($"with-{role}");
        foreach ((string name, JsonNode? member) in JsonNode.Parse(members)!.AsObject().ToArray())
        {
            request[name] = member!.DeepClone();
        }

        Assert.EndsWith("with an explicit deny in an identity-based policy", (await SendAsync(session, HttpMethod.Post, Functions, request)).Message, StringComparison.Ordinal);
        Assert.Equal(201, (int)(await SendAsync(session, HttpMethod.Post, Functions, ServedHouse.CreateRequest($"with-{role}"))).Status);
    }

    [Fact]
    public async Task Permissions_for_urls_only_can_be_told_from_others()
    {
        Session session = await SessionWithAsync(
            "opener",
            """{"Effect":"Allow","Action":["lambda:CreateFunction","iam:PassRole"],"Resource":"*"},"""
            + """{"Effect":"Allow","Action":"lambda:AddPermission","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}""");
        await SendAsync(session, HttpMethod.Post, Functions, ServedHouse.CreateRequest("opened"));
        JsonObject permission = new() { ["StatementId"] = "s", ["Action"] = "lambda:InvokeFunction", ["Principal"] = "*" };

        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Post, $"{Functions}/opened/policy", permission)).Status);
        permission["InvokedViaFunctionUrl"] = true;
        Assert.Equal(201, (int)(await SendAsync(session, HttpMethod.Post, $"{Functions}/opened/policy", permission)).Status);
    }

    [Fact]
    public async Task The_network_that_a_condition_sees_is_the_one_that_answers_tell()
    {
        JsonObject request = ServedHouse.CreateRequest("networked");
        request["VpcConfig"] = new JsonObject { ["SubnetIds"] = new JsonArray("subnet-1"), ["SecurityGroupIds"] = new JsonArray("sg-1") };
        string vpc = (string)(await RootAsync(HttpMethod.Post, Functions, request)).Json["VpcConfig"]!["VpcId"]!;
        Session session = await SessionWithAsync(
            "network",
            """{"Effect":"Allow","Action":"lambda:UpdateFunctionConfiguration","Resource":"*","Condition":{"ForAllValues:StringEquals":{"lambda:VpcIds":"""
            + $"\"{vpc}\"}},\"Null\":{{\"lambda:VpcIds\":\"false\"}}}}}}");

        JsonObject change = new() { ["VpcConfig"] = new JsonObject { ["SubnetIds"] = new JsonArray("subnet-2"), ["SecurityGroupIds"] = new JsonArray("sg-1") } };
        Assert.NotEqual(403, (int)(await SendAsync(session, HttpMethod.Put, $"{Functions}/networked/configuration", change)).Status);
        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Put, $"{Functions}/networked/configuration", new JsonObject { ["Timeout"] = 4 })).Status);
    }

    [Fact]
    public async Task Calls_of_a_functions_code_are_told_by_its_ARN()
    {
        await MakeRoleAsync("runner", """{"Service":"lambda.amazonaws.com"}""");
        await PutPolicyAsync(
            "runner",
            "p",
            """{"Effect":"Allow","Action":"lambda:ListFunctions","Resource":"*","Condition":{"ArnLike":{"lambda:SourceFunctionArn":"arn:aws:lambda:*:000000000000:function:told"}}}""");

        Assert.Equal(200, (int)(await SendAsync(await SessionOfFunctionAsync("told"), HttpMethod.Get, Functions)).Status);
        Assert.Equal(403, (int)(await SendAsync(await SessionOfFunctionAsync("untold"), HttpMethod.Get, Functions)).Status);
    }

    [Theory]
    [InlineData("ArnEquals", "lambda:FunctionArn", "arn:aws:lambda:us-east-1:000000000000:function:mapped")]
    [InlineData("StringEquals", "aws:ResourceTag/team", "blue")]
    public async Task A_mapping_is_told_by_its_function_and_its_tags(string test, string key, string value)
    {
        await RootAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("mapped"));
        string mapping = (string)(await RootAsync(HttpMethod.Post, "/2015-03-31/event-source-mappings", new JsonObject
        {
            ["FunctionName"] = "mapped",
            ["EventSourceArn"] = $"arn:aws:sqs:us-east-1:000000000000:q{Guid.NewGuid():N}",
            ["Tags"] = new JsonObject { ["team"] = "blue" },
        })).Json["UUID"]!;
        string role = $"mapper-{key[(key.Length - 4)..]}";
        Session session = await SessionWithAsync(
            role, """{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":""" + $"{{\"{test}\":{{\"{key}\":\"{value}\"}}}}}}");

        Assert.Equal(200, (int)(await SendAsync(session, HttpMethod.Get, $"/2015-03-31/event-source-mappings/{mapping}")).Status);
        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Get, $"/2015-03-31/event-source-mappings/{Guid.NewGuid()}")).Status);
    }

    [Fact]
    public async Task A_mapping_is_made_for_the_functions_that_a_condition_names()
    {
        await RootAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("consumer"));
        Session session = await SessionWithAsync(
            "consumers",
            """{"Effect":"Allow","Action":"lambda:CreateEventSourceMapping","Resource":"*","Condition":{"ArnLike":{"lambda:FunctionArn":"arn:aws:lambda:*:*:function:consumer"}}},"""
            + """{"Effect":"Allow","Action":"lambda:CreateEventSourceMapping","Resource":"arn:aws:lambda:*:*:function:*"}""");
        JsonObject request = new() { ["FunctionName"] = "consumer", ["EventSourceArn"] = "arn:aws:sqs:us-east-1:000000000000:consumed" };

        Assert.Equal(202, (int)(await SendAsync(session, HttpMethod.Post, "/2015-03-31/event-source-mappings", request)).Status);
        request["FunctionName"] = "mapped-by-others";
        Assert.Contains(
            "is not authorized to perform: lambda:CreateEventSourceMapping because",
            (await SendAsync(session, HttpMethod.Post, "/2015-03-31/event-source-mappings", request)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_is_told_by_how_it_is_signed_whatever_the_request_says()
    {
        await RootAsync(HttpMethod.Post, Functions, ServedHouse.CreateRequest("linked"));
        await RootAsync(HttpMethod.Post, "/2021-10-31/functions/linked/url", new JsonObject { ["AuthType"] = "AWS_IAM" });
        Session session = await SessionWithAsync(
            "linker", """{"Effect":"Allow","Action":"lambda:*FunctionUrlConfig","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}}""");

        Assert.Equal(200, (int)(await SendAsync(session, HttpMethod.Get, "/2021-10-31/functions/linked/url")).Status);
        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Put, "/2021-10-31/functions/linked/url", new JsonObject { ["AuthType"] = "NONE" })).Status);
        Assert.Equal(204, (int)(await SendAsync(session, HttpMethod.Delete, "/2021-10-31/functions/linked/url")).Status);
    }

    [Fact]
    public async Task Tags_that_are_taken_away_are_seen_by_their_keys()
    {
        JsonObject request = ServedHouse.CreateRequest("untagged");
        request["Tags"] = new JsonObject { ["free"] = "x", ["kept"] = "x" };
        string arn = Uri.EscapeDataString((string)(await RootAsync(HttpMethod.Post, Functions, request)).Json["FunctionArn"]!);
        Session session = await SessionWithAsync(
            "untagger", """{"Effect":"Allow","Action":"lambda:UntagResource","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"free"}}}""");

        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Delete, $"/2017-03-31/tags/{arn}?tagKeys=free&tagKeys=kept")).Status);
        Assert.Equal(204, (int)(await SendAsync(session, HttpMethod.Delete, $"/2017-03-31/tags/{arn}?tagKeys=free")).Status);
    }

    [Fact]
    public async Task A_session_policy_narrows_and_never_widens()
    {
        await MakeRoleAsync("narrow", $$"""{"AWS":"{{Root}}"}""");
        await PutPolicyAsync("narrow", "p", """{"Effect":"Allow","Action":"lambda:List*","Resource":"*"}""");
        Session session = await AssumeAsync("narrow", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:ListLayers","Resource":"*"},{"Effect":"Allow","Action":"lambda:GetFunction","Resource":"*"}]}""");

        Assert.Equal(200, (int)(await SendAsync(session, HttpMethod.Get, "/2018-10-31/layers")).Status);
        Assert.EndsWith(
            "because no session policy allows the lambda:ListFunctions action", (await SendAsync(session, HttpMethod.Get, Functions)).Message, StringComparison.Ordinal);
        Assert.Equal(403, (int)(await SendAsync(session, HttpMethod.Get, $"{Functions}/f")).Status);
    }

    [Fact]
    public async Task A_role_is_assumed_only_by_whom_it_trusts()
    {
        await MakeRoleAsync("trusting", """{"Service":"lambda.amazonaws.com"}""");

        Reply refusal = await QueryAsync("000000000000", "sts", AssumeForm("trusting", null));

        Assert.Equal(403, (int)refusal.Status);
        Assert.Contains(
            $"User: {Root} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/trusting", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managed_policies_count_and_IAM_itself_is_guarded()
    {
        await MakeRoleAsync("managed", $$"""{"AWS":"{{Root}}"}""");
        await IamAsync("AttachRolePolicy", ("RoleName", "managed"), ("PolicyArn", "arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess"));
        Session session = await AssumeAsync("managed", null);

        Assert.Equal(200, (int)(await SendAsync(session, HttpMethod.Get, Functions)).Status);
        Reply refusal = await QueryAsync(session.AccessKeyId, "iam", "Action=DeleteRole&Version=2010-05-08&RoleName=managed", session.Token);
        Assert.Contains("is not authorized to perform: iam:DeleteRole on resource: arn:aws:iam::000000000000:role/managed", refusal.Text, StringComparison.Ordinal);
    }

    /// <summary>The credentials that the function's code has, while its environment lives.</summary>
    private async Task<Session> SessionOfFunctionAsync(string name)
    {
        JsonObject request = ServedHouse.CreateRequest(name);
        request["Role"] = "arn:aws:iam::000000000000:role/runner";
        request["Code"] = new JsonObject
        {
            ["ZipFile"] = Convert.ToBase64String(ServedHouse.Zip(
                ("handler.py", "import os\ndef handler(event, context): return [os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SESSION_TOKEN']]"))),
        };
        await RootAsync(HttpMethod.Post, Functions, request);
        JsonObject shown;
        do
        {
            shown = (await RootAsync(HttpMethod.Get, $"{Functions}/{name}/configuration", body: null)).Json;
        }
        while ((string?)shown["State"] == "Pending");
        JsonArray credentials = JsonNode.Parse((await RootAsync(HttpMethod.Post, $"{Functions}/{name}/invocations", [])).Body)!.AsArray();
        return new Session((string)credentials[0]!, (string)credentials[1]!);
    }

    private Task<Reply> RootAsync(HttpMethod method, string path, JsonObject? body) => enforced.House.SendAsync(
        method,
        path,
        body is null ? null : ServedHouse.Json(body.ToJsonString()),
        ("Authorization", ServedHouse.SignedBy("000000000000", "us-east-1", "lambda")));

    private async Task<Session> SessionWithAsync(string role, string statements)
    {
        await MakeRoleAsync(role, $$"""{"AWS":"{{Root}}"}""");
        await PutPolicyAsync(role, "p", statements);
        return await AssumeAsync(role, null);
    }

    private Task MakeRoleAsync(string role, string principal) => IamAsync(
        "CreateRole",
        ("RoleName", role),
        ("AssumeRolePolicyDocument", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" + principal + ",\"Action\":\"sts:AssumeRole\"}]}"));

    private Task PutPolicyAsync(string role, string name, string statements) => IamAsync(
        "PutRolePolicy", ("RoleName", role), ("PolicyName", name), ("PolicyDocument", "{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}"));

    private async Task IamAsync(string action, params (string Name, string Value)[] parameters)
    {
        Reply reply = await QueryAsync(
            "000000000000", "iam", $"Action={action}&Version=2010-05-08" + string.Concat(parameters.Select(static pair => $"&{pair.Name}={Uri.EscapeDataString(pair.Value)}")));
        Assert.True((int)reply.Status == 200, reply.Text);
    }

    private static string AssumeForm(string role, string? policy) =>
        $"Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::000000000000:role/{role}&RoleSessionName=test"
        + (policy is null ? "" : $"&Policy={Uri.EscapeDataString(policy)}");

    private async Task<Session> AssumeAsync(string role, string? policy)
    {
        Reply reply = await QueryAsync("000000000000", "sts", AssumeForm(role, policy));
        Assert.True((int)reply.Status == 200, reply.Text);
        XElement xml = XElement.Parse(reply.Text);
        return new Session(Text("AccessKeyId"), Text("SessionToken"));

        string Text(string name) => xml.Descendants().Single(element => element.Name.LocalName == name).Value;
    }

    private Task<Reply> QueryAsync(string accessKey, string service, string form, string? token = null)
    {
        StringContent content = new(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        return enforced.House.SendAsync(
            HttpMethod.Post, "/", content, [("Authorization", ServedHouse.SignedBy(accessKey, "us-east-1", service)), .. token is null ? [] : new[] { ("X-Amz-Security-Token", token) }]);
    }

    private Task<Reply> SendAsync(Session session, HttpMethod method, string path, JsonObject? body = null) => enforced.House.SendAsync(
        method,
        path,
        body is null ? null : ServedHouse.Json(body.ToJsonString()),
        ("Authorization", ServedHouse.SignedBy(session.AccessKeyId, "us-east-1", "lambda")),
        ("X-Amz-Security-Token", session.Token));

    private sealed record Session(string AccessKeyId, string Token);
}

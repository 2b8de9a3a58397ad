using System.Net;
using System.Xml.Linq;

namespace Lamina.Rooms.Tests.Server;

public sealed class IamTests(ServedHouse house) : IClassFixture<ServedHouse>
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}""";

    [Fact]
    public async Task A_role_is_what_was_asked_for()
    {
        XElement created = await CallAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust), ("Path", "/ci/"), ("Description", "d"),
            ("MaxSessionDuration", "7200"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue"));

        XElement got = await CallAsync("GetRole", ("RoleName", "deploy"));
        Assert.Equal("arn:aws:iam::000000000000:role/ci/deploy", Text(got, "Arn"));
        Assert.Matches("^AROA[A-Z2-7]{17}$", Text(got, "RoleId"));
        Assert.Equal(Text(created, "RoleId"), Text(got, "RoleId"));
        Assert.Equal(Uri.EscapeDataString(Trust), Text(got, "AssumeRolePolicyDocument"));
        Assert.Equal(("d", "7200", "blue"), (Text(got, "Description"), Text(got, "MaxSessionDuration"), Text(got, "Value")));

        await CallAsync("UpdateRole", ("RoleName", "deploy"), ("MaxSessionDuration", "3600"));
        await CallAsync("UntagRole", ("RoleName", "deploy"), ("TagKeys.member.1", "team"));
        Assert.Equal("3600", Text(await CallAsync("GetRole", ("RoleName", "deploy")), "MaxSessionDuration"));
        Assert.Empty((await CallAsync("ListRoleTags", ("RoleName", "deploy"))).Descendants().Where(static element => element.Name.LocalName == "Key"));
        await CallAsync("DeleteRole", ("RoleName", "deploy"));
        await AssertRefusedAsync(HttpStatusCode.NotFound, "NoSuchEntity", "The role with name deploy cannot be found.", "GetRole", ("RoleName", "deploy"));
    }

    [Fact]
    public async Task A_role_with_policies_cannot_be_deleted()
    {
        await CallAsync("CreateRole", ("RoleName", "held"), ("AssumeRolePolicyDocument", Trust));
        string arn = Text(await CallAsync("CreatePolicy", ("PolicyName", "held"), ("PolicyDocument", Policy)), "Arn");
        await CallAsync("AttachRolePolicy", ("RoleName", "held"), ("PolicyArn", arn));
        await CallAsync("PutRolePolicy", ("RoleName", "held"), ("PolicyName", "own"), ("PolicyDocument", Policy));

        await AssertRefusedAsync(HttpStatusCode.Conflict, "DeleteConflict", "Cannot delete entity, must detach all policies first.", "DeleteRole", ("RoleName", "held"));
        await AssertRefusedAsync(HttpStatusCode.Conflict, "DeleteConflict", "Cannot delete a policy attached to entities.", "DeletePolicy", ("PolicyArn", arn));
        await CallAsync("DetachRolePolicy", ("RoleName", "held"), ("PolicyArn", arn));
        await AssertRefusedAsync(HttpStatusCode.NotFound, "NoSuchEntity", $"Policy {arn} was not found.", "DetachRolePolicy", ("RoleName", "held"), ("PolicyArn", arn));
        await AssertRefusedAsync(HttpStatusCode.Conflict, "DeleteConflict", "Cannot delete entity, must delete policies first.", "DeleteRole", ("RoleName", "held"));
        Assert.Equal(Uri.EscapeDataString(Policy), Text(await CallAsync("GetRolePolicy", ("RoleName", "held"), ("PolicyName", "own")), "PolicyDocument"));
        await CallAsync("DeleteRolePolicy", ("RoleName", "held"), ("PolicyName", "own"));
        await CallAsync("DeleteRole", ("RoleName", "held"));
        await CallAsync("DeletePolicy", ("PolicyArn", arn));
    }

    [Fact]
    public async Task A_managed_policy_has_at_most_five_versions_and_one_default()
    {
        string arn = Text(await CallAsync("CreatePolicy", ("PolicyName", "versions"), ("PolicyDocument", Policy)), "Arn");
        for (int version = 2; version <= 5; version++)
        {
            await CallAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", Policy), ("SetAsDefault", version == 3 ? "true" : "false"));
        }

        await AssertRefusedAsync(HttpStatusCode.Conflict, "LimitExceeded", "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.", "CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", Policy));
        await AssertRefusedAsync(HttpStatusCode.Conflict, "DeleteConflict", "Cannot delete the default version of a policy.", "DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", "v3"));
        Assert.Equal("v3", Text(await CallAsync("GetPolicy", ("PolicyArn", arn)), "DefaultVersionId"));
        await CallAsync("DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", "v5"));
        await CallAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", Policy));
        XElement versions = await CallAsync("ListPolicyVersions", ("PolicyArn", arn));
        Assert.Equal(["v6", "v4", "v3", "v2", "v1"], versions.Descendants().Where(static element => element.Name.LocalName == "VersionId").Select(static element => element.Value));
    }

    [Fact]
    public async Task AWSs_own_policies_are_there_and_one_that_is_not_can_be_attached_all_the_same()
    {
        const string Basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        await CallAsync("CreateRole", ("RoleName", "basic"), ("AssumeRolePolicyDocument", Trust));
        await CallAsync("AttachRolePolicy", ("RoleName", "basic"), ("PolicyArn", Basic));
        await CallAsync("AttachRolePolicy", ("RoleName", "basic"), ("PolicyArn", "arn:aws:iam::aws:policy/SomeNewService"));

        Assert.Contains("logs:PutLogEvents", Uri.UnescapeDataString(Text(await CallAsync("GetPolicyVersion", ("PolicyArn", Basic), ("VersionId", "v1")), "Document")), StringComparison.Ordinal);
        XElement attached = await CallAsync("ListAttachedRolePolicies", ("RoleName", "basic"));
        Assert.Equal(["AWSLambdaBasicExecutionRole", "SomeNewService"], attached.Descendants().Where(static element => element.Name.LocalName == "PolicyName").Select(static element => element.Value));
        await AssertRefusedAsync(
            HttpStatusCode.NotFound, "NoSuchEntity", "Policy arn:aws:iam::000000000000:policy/none does not exist or is not attachable.",
            "AttachRolePolicy", ("RoleName", "basic"), ("PolicyArn", "arn:aws:iam::000000000000:policy/none"));
    }

    [Theory]
    [InlineData("CreateRole", "RoleName", "a b", @"1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+")]
    [InlineData("CreateRole", "MaxSessionDuration", "60", "1 validation error detected: Value '60' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600")]
    [InlineData("CreateRole", "Tags.member.1.Value", "v", "1 validation error detected: Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null")]
    [InlineData("GetRole", "Unknown", "x", "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null")]
    [InlineData("ListRoles", "MaxItems", "1001", "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000")]
    public async Task What_breaks_the_models_constraints_is_named(string action, string name, string value, string message)
    {
        Dictionary<string, string> parameters = action == "CreateRole" ? new() { ["RoleName"] = "valid", ["AssumeRolePolicyDocument"] = Trust } : [];
        parameters[name] = value;

        await AssertRefusedAsync(HttpStatusCode.BadRequest, "ValidationError", message, action, [.. parameters.Select(static pair => (pair.Key, pair.Value))]);
    }

    [Theory]
    [InlineData("nonsense", "This policy contains invalid Json")]
    [InlineData("""{"Version":"2012-10-17"}""", "Missing required field Statement.")]
    [InlineData("""{"Version":"2011-01-01","Statement":[]}""", "Policy document must be version 2012-10-17 or greater.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Resource":"*"}]}""", "Policy statement must contain actions.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"lambda:*"}]}""", "Policy statement must contain resources.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"invalid","Resource":"*"}]}""", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"x"}]}""", "Resource x must be in ARN format or \"*\".")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*","Principal":"*"}]}""", "Policy document should not specify a principal.")]
    [InlineData("""{"Statement":[{"Effect":"Perhaps","Action":"a:b","Resource":"*"}]}""", "Syntax errors in policy.")]
    public async Task A_document_that_is_no_policy_is_refused(string document, string message) => await AssertRefusedAsync(
        HttpStatusCode.BadRequest, "MalformedPolicyDocument", message, "CreatePolicy", ("PolicyName", "wrong"), ("PolicyDocument", document));

    [Fact]
    public async Task Roles_are_listed_in_pages_of_their_own_account()
    {
        foreach (string name in (string[])["p1", "p2", "p3"])
        {
            await CallAsync("CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", Trust), ("Path", "/pages/"));
        }

        XElement first = await CallAsync("ListRoles", ("PathPrefix", "/pages/"), ("MaxItems", "2"));
        XElement second = await CallAsync("ListRoles", ("PathPrefix", "/pages/"), ("Marker", Text(first, "Marker")));

        Assert.Equal(("true", "false"), (Text(first, "IsTruncated"), Text(second, "IsTruncated")));
        Assert.Equal("p3", Text(second, "RoleName"));
        Reply other = await SendAsync("111111111111", "iam", "Action=ListRoles&Version=2010-05-08");
        Assert.DoesNotContain("p1", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_names_that_differ_in_case_only_are_one()
    {
        await CallAsync("CreateRole", ("RoleName", "Twice"), ("AssumeRolePolicyDocument", Trust));

        await AssertRefusedAsync(HttpStatusCode.Conflict, "EntityAlreadyExists", "Role with name twice already exists.", "CreateRole", ("RoleName", "twice"), ("AssumeRolePolicyDocument", Trust));
    }

    [Theory]
    [InlineData("iam", "Action=CreateGroup&Version=2010-05-08", 501, "NotImplementedException")]
    [InlineData("iam", "Action=Bogus&Version=2010-05-08", 400, "InvalidAction")]
    [InlineData("iam", "Action=GetRole&Version=2011-06-15", 400, "InvalidAction")]
    [InlineData("sts", "Version=2011-06-15", 400, "MissingAction")]
    [InlineData("sts", "Action=A&Action=B", 400, "MalformedInput")]
    [InlineData("sts", "Action=%zz", 400, "BadRequestException")]
    public async Task What_cannot_be_served_is_told_in_XML(string service, string form, int status, string code)
    {
        Reply reply = await SendAsync("000000000000", service, form);

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal("text/xml", reply.ContentType);
        Assert.Equal(code, Text(XElement.Parse(reply.Text), "Code"));
    }

    [Fact]
    public async Task A_session_of_a_role_is_its_callers_identity()
    {
        await CallAsync("CreateRole", ("RoleName", "assumed"), ("AssumeRolePolicyDocument", Trust));
        Reply made = await SendAsync(
            "000000000000", "sts", "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::222222222222:role/assumed&RoleSessionName=me&DurationSeconds=900");
        XElement session = XElement.Parse(made.Text);

        Reply who = await SendAsync(Text(session, "AccessKeyId"), "sts", "Action=GetCallerIdentity&Version=2011-06-15", Text(session, "SessionToken"));

        Assert.Equal("arn:aws:sts::222222222222:assumed-role/assumed/me", Text(XElement.Parse(who.Text), "Arn"));
        Assert.Equal("222222222222", Text(XElement.Parse(who.Text), "Account"));
        Assert.EndsWith(":me", Text(XElement.Parse(who.Text), "UserId"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_access_key_is_known_as_his()
    {
        await CallAsync("CreateUser", ("UserName", "bob"));
        string key = Text(await CallAsync("CreateAccessKey", ("UserName", "bob")), "AccessKeyId");

        Reply who = await SendAsync(key, "sts", "Action=GetCallerIdentity&Version=2011-06-15");

        Assert.Equal("arn:aws:iam::000000000000:user/bob", Text(XElement.Parse(who.Text), "Arn"));
        await AssertRefusedAsync(HttpStatusCode.Conflict, "DeleteConflict", "Cannot delete entity, must delete access keys first.", "DeleteUser", ("UserName", "bob"));
        await CallAsync("DeleteAccessKey", ("UserName", "bob"), ("AccessKeyId", key));
        await CallAsync("DeleteUser", ("UserName", "bob"));
    }

    private static string Text(XElement xml, string name) =>
        xml.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? throw new InvalidOperationException($"No {name} in {xml}");

    private async Task<XElement> CallAsync(string action, params (string Name, string Value)[] parameters)
    {
        Reply reply = await SendAsync("000000000000", "iam", Form(action, parameters));
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return XElement.Parse(reply.Text);
    }

    private async Task AssertRefusedAsync(HttpStatusCode status, string code, string message, string action, params (string Name, string Value)[] parameters)
    {
        Reply reply = await SendAsync("000000000000", "iam", Form(action, parameters));
        XElement xml = XElement.Parse(reply.Text);
        Assert.Equal((status, code, message), (reply.Status, Text(xml, "Code"), Text(xml, "Message")));
    }

    private static string Form(string action, (string Name, string Value)[] parameters) =>
        $"Action={action}&Version=2010-05-08" + string.Concat(parameters.Select(static pair => $"&{pair.Name}={Uri.EscapeDataString(pair.Value)}"));

    private Task<Reply> SendAsync(string accessKey, string service, string form, string? token = null)
    {
        StringContent content = new(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        (string, string) authorization = ("Authorization", ServedHouse.SignedBy(accessKey, "us-east-1", service));
        return token is null
            ? house.SendAsync(HttpMethod.Post, "/", content, authorization)
            : house.SendAsync(HttpMethod.Post, "/", content, authorization, ("X-Amz-Security-Token", token));
    }
}

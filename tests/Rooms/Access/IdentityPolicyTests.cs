using System.Collections.Immutable;
using Lamina.Access.Identities;
using Lamina.Access.Policies;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Access;

public sealed class IdentityPolicyTests
{
    private const string Function = "arn:aws:lambda:us-east-1:111122223333:function:orders";

    private static readonly Caller Ann = new()
    {
        Account = AccountId.Parse("111122223333"),
        Region = "us-east-1",
        PrincipalArn = "arn:aws:iam::111122223333:user/ann",
    };

    [Theory]
    [InlineData("lambda:InvokeFunction", Function, true)]
    [InlineData("LAMBDA:invokefunction", Function, true)]
    [InlineData("lambda:*", Function, true)]
    [InlineData("*", "*", true)]
    [InlineData("lambda:Invoke?unction", Function, true)]
    [InlineData("lambda:Get*", Function, false)]
    [InlineData("s3:*", Function, false)]
    [InlineData("lambda:*", "arn:aws:lambda:*:*:function:ord*", true)]
    [InlineData("lambda:*", "arn:aws:lambda:*:*:function:ORD*", false)]
    [InlineData("lambda:*", Function + ":1", false)]
    [InlineData("lambda:*", "arn:aws:lambda:us-east-1:111122223333:function:order?", true)]
    [InlineData("lambda:*", "arn:aws:lambda:us-east-1:111122223333:function:${aws:username}", false)]
    [InlineData("lambda:*", "arn:aws:lambda:us-east-1:${aws:PrincipalAccount}:function:*", true)]
    public void Actions_and_resources_have_wildcards(string action, string resource, bool allowed) =>
        Assert.Equal(allowed, Allows([Statement("Allow", $"\"Action\":\"{action}\",\"Resource\":\"{resource}\"")]));

    [Theory]
    [InlineData("\"NotAction\":\"lambda:Delete*\",\"Resource\":\"*\"", true)]
    [InlineData("\"NotAction\":\"lambda:*\",\"Resource\":\"*\"", false)]
    [InlineData("\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::*\"", true)]
    [InlineData("\"Action\":\"*\",\"NotResource\":[\"arn:aws:lambda:*\"]", false)]
    [InlineData("\"Action\":[\"s3:*\",\"lambda:*\"],\"Resource\":[\"a\",\"*\"]", true)]
    public void What_is_not_named_and_lists_are_understood(string rest, bool allowed) => Assert.Equal(allowed, Allows([Statement("Allow", rest)]));

    [Theory]
    [InlineData("StringEquals", "aws:SourceAccount", "\"111122223333\"", true)]
    [InlineData("StringEquals", "AWS:sourceaccount", "[\"1\",\"111122223333\"]", true)]
    [InlineData("StringEquals", "aws:SourceAccount", "\"1*\"", false)]
    [InlineData("StringNotEquals", "aws:SourceAccount", "\"1\"", true)]
    [InlineData("StringNotEquals", "aws:Absent", "\"1\"", true)]
    [InlineData("StringEquals", "aws:Absent", "\"1\"", false)]
    [InlineData("StringEqualsIfExists", "aws:Absent", "\"1\"", true)]
    [InlineData("StringEqualsIgnoreCase", "aws:RequestTag/team", "\"BLUE\"", true)]
    [InlineData("StringLike", "lambda:Principal", "\"*.amazonaws.com\"", true)]
    [InlineData("StringNotLike", "lambda:Principal", "\"*.amazonaws.com\"", false)]
    [InlineData("ArnLike", "aws:SourceArn", "\"arn:aws:s3:*:*:buck*\"", true)]
    [InlineData("ArnLike", "aws:SourceArn", "\"arn:*\"", false)]
    [InlineData("ArnNotLike", "aws:SourceArn", "\"arn:aws:sns:*:*:*\"", true)]
    [InlineData("Bool", "aws:SecureTransport", "\"false\"", true)]
    [InlineData("Bool", "aws:SecureTransport", "true", false)]
    [InlineData("IpAddress", "aws:SourceIp", "\"10.0.0.0/8\"", true)]
    [InlineData("NotIpAddress", "aws:SourceIp", "\"10.1.2.3\"", false)]
    [InlineData("NumericLessThan", "test:Number", "8", true)]
    [InlineData("NumericGreaterThanEquals", "test:Number", "\"7.5\"", false)]
    [InlineData("NumericEquals", "test:Number", "\"seven\"", false)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "\"2026-01-01T00:00:00Z\"", true)]
    [InlineData("DateLessThanEquals", "aws:CurrentTime", "\"1700000000\"", false)]
    [InlineData("Null", "aws:Absent", "\"true\"", true)]
    [InlineData("Null", "aws:SourceIp", "\"true\"", false)]
    [InlineData("ForAnyValue:StringLike", "aws:TagKeys", "\"te*\"", true)]
    [InlineData("ForAnyValue:StringEquals", "aws:Absent", "\"a\"", false)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "[\"team\",\"cost\"]", true)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "\"team\"", false)]
    [InlineData("ForAllValues:StringEquals", "aws:Absent", "\"a\"", true)]
    [InlineData("ForAllValues:StringLike", "lambda:Layer", "\"arn:aws:lambda:*:111122223333:layer:*\"", true)]
    [InlineData("StringBogus", "aws:SourceAccount", "\"111122223333\"", false)]
    public void Conditions_are_those_of_AWS(string name, string key, string expected, bool allowed) => Assert.Equal(
        allowed, Allows([Statement("Allow", "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"" + name + "\":{\"" + key + "\":" + expected + "}}")]));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Statement":5}""")]
    [InlineData("""{"Statement":[{"Effect":"Maybe"}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":{}}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"StringEquals":"x"}}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"Some:StringEquals":{"a":"b"}}}]}""")]
    public void What_is_no_policy_is_refused(string json) => Assert.Throws<FormatException>(() => IdentityPolicy.Parse(json));

    [Fact]
    public void AWSs_own_policies_are_policies() => Assert.All(
        AwsManagedPolicies.All, static policy => Assert.NotEmpty(IdentityPolicy.Parse(policy.DefaultVersion.Document).Statements));

    [Fact]
    public void A_pattern_of_many_stars_is_decided_at_once() =>
        Assert.False(Wildcards.Matches(string.Concat(Enumerable.Repeat("*a", 2_000)) + "b", new string('a', 4_000), ignoreCase: false));

    /// <summary>Policies made by a seed: a Deny that applies wins wherever it stands; one more Allow never takes away, one more Deny never gives.</summary>
    [Fact]
    public void Deny_wins_and_statements_only_add_up()
    {
        for (int seed = 0; seed < 5_000; seed++)
        {
            Random random = new(seed);
            List<string> statements = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Made(random.Next(2) == 0 ? "Allow" : "Deny", random))];
            bool before = Allows(statements);
            bool denied = statements.Any(text => text.Contains("Deny", StringComparison.Ordinal) && Allows([text.Replace("Deny", "Allow", StringComparison.Ordinal)]));
            bool allowed = statements.Any(text => text.Contains("Allow", StringComparison.Ordinal) && Allows([text]));

            Assert.Equal(allowed && !denied, before);
            Assert.Equal(before, Allows([.. statements.OrderBy(_ => random.Next())]));
            Assert.True(!before || Allows([.. statements, Made("Allow", random)]), $"seed {seed}: one more Allow took away");
            Assert.True(before || !Allows([Made("Deny", random), .. statements]), $"seed {seed}: one more Deny gave");
        }
    }

    private static string Made(string effect, Random random)
    {
        string[] actions = ["*", "lambda:*", "lambda:Invoke*", "lambda:Get*", "s3:*", "lambda:InvokeFunctio?"];
        string[] resources = ["*", Function, "arn:aws:lambda:*", "arn:aws:s3:::*", Function + "*"];
        string[] conditions = ["", "", ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}", ",\"Condition\":{\"StringEquals\":{\"aws:Absent\":\"x\"}}"];
        string action = (random.Next(4) == 0 ? "Not" : "") + "Action";
        string resource = (random.Next(4) == 0 ? "Not" : "") + "Resource";
        return Statement(effect, $"\"{action}\":\"{Pick(actions)}\",\"{resource}\":\"{Pick(resources)}\"{Pick(conditions)}");

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    private static string Statement(string effect, string rest) => $$"""{"Effect":"{{effect}}",{{rest}}}""";

    private static bool Allows(IReadOnlyList<string> statements) => IdentityAuthorizer.Allows(
        [$$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}"""],
        new PolicyContext(Ann, "lambda:InvokeFunction", Function, new Dictionary<string, ImmutableArray<string>>
        {
            ["aws:username"] = ["ann"],
            ["aws:PrincipalAccount"] = ["111122223333"],
            ["aws:SourceAccount"] = ["111122223333"],
            ["aws:SourceArn"] = ["arn:aws:s3:::bucket"],
            ["aws:SourceIp"] = ["10.1.2.3"],
            ["aws:SecureTransport"] = ["false"],
            ["aws:CurrentTime"] = ["2026-11-26T12:00:00Z"],
            ["aws:RequestTag/team"] = ["blue"],
            ["aws:TagKeys"] = ["team", "cost"],
            ["lambda:Principal"] = ["s3.amazonaws.com"],
            ["lambda:Layer"] = ["arn:aws:lambda:us-east-1:111122223333:layer:a:1", "arn:aws:lambda:us-east-1:111122223333:layer:b:2"],
            ["test:Number"] = ["7"],
        }));
}

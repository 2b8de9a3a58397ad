using Lamina.Access;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Access;

public sealed class ResourcePolicyTests
{
    private const string Arn = "arn:aws:lambda:us-east-1:000000000000:layer:l:1";
    private const string Action = "lambda:GetLayerVersion";
    private const string Organization = "o-a1b2c3d4e5";

    [Fact]
    public void A_policy_is_written_as_AWS_writes_it()
    {
        ResourcePolicy policy = ResourcePolicy.Empty.Add(Statement("s1", "*")).Add(Statement("s2", "111122223333"));

        Assert.Equal(
            """{"Version":"2012-10-17","Id":"default","Statement":[""" +
            $$"""{"Sid":"s1","Effect":"Allow","Principal":"*","Action":"{{Action}}","Resource":"{{Arn}}"},""" +
            $$"""{"Sid":"s2","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"{{Action}}","Resource":"{{Arn}}"}]}""",
            policy.ToString());
    }

    [Fact]
    public void An_organisation_becomes_a_condition_behind_the_resource() => Assert.Equal(
        $$"""{"Sid":"s","Effect":"Allow","Principal":"*","Action":"{{Action}}","Resource":"{{Arn}}",""" +
        "\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-a1b2c3d4e5\"}}}",
        Statement("s", "*").OnlyIn(Organization).ToString());

    [Theory]
    [InlineData("*", "111122223333", true)]
    [InlineData("111122223333", "111122223333", true)]
    [InlineData("arn:aws-cn:iam::111122223333:root", "111122223333", true)]
    [InlineData("111122223333", "444455556666", false)]
    public void A_statement_lets_in_whom_it_names(string principal, string caller, bool allowed) =>
        Assert.Equal(allowed, ResourcePolicy.Empty.Add(Statement("s", principal)).Allows(Request(caller)));

    [Fact]
    public void A_policy_without_statements_allows_nothing() => Assert.False(ResourcePolicy.Empty.Allows(Request("111122223333")));

    [Theory]
    [InlineData(Organization, true)]
    [InlineData("o-other12345", false)]
    [InlineData(null, false)]
    public void Only_accounts_of_the_organisation_are_let_in(string? organization, bool allowed)
    {
        ResourcePolicy policy = ResourcePolicy.Empty.Add(Statement("s", "*").OnlyIn(Organization));
        Assert.Equal(allowed, policy.Allows(Request("111122223333") with { OrganizationId = organization }));
    }

    [Fact]
    public void A_statement_speaks_of_its_action_and_resource_only()
    {
        ResourcePolicy policy = ResourcePolicy.Empty.Add(Statement("s", "*"));
        Assert.False(policy.Allows(Request("111122223333") with { Action = "lambda:DeleteLayerVersion" }));
        Assert.False(policy.Allows(Request("111122223333") with { Resource = Arn + "0" }));
    }

    [Fact]
    public void A_denial_wins()
    {
        ResourcePolicy policy = ResourcePolicy.Empty.Add(Statement("all", "*")).Add(Statement("but", "111122223333") with { Effect = "Deny" });
        Assert.False(policy.Allows(Request("111122223333")));
        Assert.True(policy.Allows(Request("444455556666")));
    }

    [Fact]
    public void A_condition_that_is_not_known_lets_nobody_in()
    {
        PolicyStatement statement = Statement("s", "*") with
        {
            Condition = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["IpAddress"] = new Dictionary<string, string> { ["aws:SourceIp"] = "0.0.0.0/0" },
            },
        };
        Assert.False(ResourcePolicy.Empty.Add(statement).Allows(Request("111122223333")));
    }

    [Fact]
    public void A_statement_id_is_taken_once_and_given_back()
    {
        ResourcePolicy policy = ResourcePolicy.Empty.Add(Statement("s1", "*"));
        AwsError twice = Assert.Throws<AwsError>(() => policy.Add(Statement("s1", "111122223333")));
        AwsError unknown = Assert.Throws<AwsError>(() => policy.Remove("s2"));
        Assert.Equal(
            ("ResourceConflictException", "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement."),
            (twice.Code, twice.Message));
        Assert.Equal(("ResourceNotFoundException", "Statement s2 is not found in resource policy."), (unknown.Code, unknown.Message));
        Assert.Single(policy.Remove("s1").Add(Statement("s1", "*")).Statement);
    }

    [Fact]
    public void A_policy_ends_at_20480_bytes()
    {
        ResourcePolicy policy = ResourcePolicy.Empty;
        AwsError? refused = null;
        while (refused is null)
        {
            try
            {
                policy = policy.Add(Statement($"s{policy.Statement.Length:D99}", "*"));
            }
            catch (AwsError error)
            {
                refused = error;
            }
        }

        int rest = Limits.ResourcePolicyBytes - policy.ToString().Length;
        Assert.InRange(rest, 0, 300);
        int size = policy.ToString().Length + 1 + Statement($"s{policy.Statement.Length:D99}", "*").ToString().Length;
        Assert.Equal(
            ("PolicyLengthExceededException", 400, $"The final policy size ({size}) is bigger than the limit (20480)."),
            (refused.Code, refused.Status, refused.Message));

        // To the byte: an id as long as what is left fits, one character more does not.
        ResourcePolicy room = policy.Remove(policy.Statement[^1].Sid);
        int free = Limits.ResourcePolicyBytes - room.ToString().Length - 1 - Statement("", "*").ToString().Length;
        Assert.Equal(Limits.ResourcePolicyBytes, room.Add(Statement(new string('x', free), "*")).ToString().Length);
        Assert.Throws<AwsError>(() => room.Add(Statement(new string('x', free + 1), "*")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("11112222333")]
    [InlineData("arn:aws:iam::111122223333:user/u")]
    [InlineData("s3.amazonaws.com")]
    public void What_is_no_principal_is_refused(string text) => Assert.False(PolicyPrincipal.TryParse(text, out _));

    private static PolicyStatement Statement(string sid, string principal) =>
        PolicyStatement.Allowing(sid, PolicyPrincipal.TryParse(principal, out PolicyPrincipal parsed) ? parsed : throw new ArgumentException(principal), Action, Arn);

    private static AccessRequest Request(string account)
    {
        Caller caller = new() { Account = AccountId.Parse(account), Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{account}:root" };
        return new AccessRequest(caller, Action, Arn, OrganizationId: null);
    }
}

using Lamina.Access;

namespace Lamina.Rooms.Tests.Access;

public sealed class PolicyPatternTests
{
    [Theory]
    [InlineData("lambda:InvokeFunction", "lambda:InvokeFunction", true)]
    [InlineData("lambda:invokefunction", "lambda:InvokeFunction", true)]
    [InlineData("lambda:*", "lambda:InvokeFunction", true)]
    [InlineData("*", "lambda:InvokeFunction", true)]
    [InlineData("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", false)]
    public void An_action_is_meant_by_its_name_or_a_star(string pattern, string action, bool expected) =>
        Assert.Equal(expected, PolicyPattern.ActionMatches(pattern, action));

    [Theory]
    [InlineData("arn:aws:s3:::bucket", "arn:aws:s3:::bucket", true)]
    [InlineData("arn:aws:s3:::b*t", "arn:aws:s3:::bucket", true)]
    [InlineData("arn:aws:s3:::b*k*t*", "arn:aws:s3:::bucket", true)]
    [InlineData("arn:aws:s3:::b*k?", "arn:aws:s3:::bucket", false)]
    [InlineData("arn:aws:execute-api:*:*:api/*/GET/*", "arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/a/b", true)]
    [InlineData("arn:aws:*", "arn:aws:s3:::bucket", false)]
    [InlineData("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:us-east-1:000000000000:log-group:/a:*", true)]
    public void An_ARN_is_meant_part_by_part(string pattern, string arn, bool expected) =>
        Assert.Equal(expected, PolicyPattern.ArnMatches(pattern, arn));
}

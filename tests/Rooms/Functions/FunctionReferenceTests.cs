using Lamina.Contract;

namespace Lamina.Rooms.Tests.Functions;

public sealed class FunctionReferenceTests
{
    [Theory]
    [InlineData("fn", "us-east-1", "000000000000", "fn", null)]
    [InlineData("fn:$LATEST", "us-east-1", "000000000000", "fn", "$LATEST")]
    [InlineData("function:fn", "us-east-1", "000000000000", "fn", null)]
    [InlineData("function:fn:7", "us-east-1", "000000000000", "fn", "7")]
    [InlineData("123456789012:function:fn", "us-east-1", "123456789012", "fn", null)]
    [InlineData("eu-west-1:123456789012:function:fn:live", "eu-west-1", "123456789012", "fn", "live")]
    [InlineData("arn:aws:lambda:eu-west-1:123456789012:function:fn", "eu-west-1", "123456789012", "fn", null)]
    [InlineData("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:fn:3", "us-gov-west-1", "123456789012", "fn", "3")]
    [InlineData("arn:aws:lambda:us-east-1:123456789012:function", "us-east-1", "123456789012", "function", null)]
    public void What_may_stand_for_a_function_is_read_as_the_pattern_reads_it(
        string text, string region, string account, string name, string? qualifier)
    {
        Assert.True(FunctionReference.TryParse(text, FunctionsHouse.Caller, out FunctionReference? reference));
        Assert.Equal(new FunctionReference(new FunctionArn(region, AccountId.Parse(account), name), qualifier), reference);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fn:")]
    [InlineData(":fn")]
    [InlineData("fn:1:2")]
    [InlineData("arn:aws:lambda::123456789012:function:fn")]
    [InlineData("arn:aws:lambda:us-east-1::function:fn")]
    [InlineData("arn:aws:ec2:us-east-1:123456789012:instance:i-1")]
    [InlineData("function:fn:$LATEST:extra")]
    public void Anything_else_is_no_function(string text) =>
        Assert.False(FunctionReference.TryParse(text, FunctionsHouse.Caller, out _));
}

using Lamina.Gateway;

namespace Lamina.Rooms.Tests.Gateways;

public sealed class FunctionUrlHostTests
{
    [Theory]
    [InlineData("abc234.lambda-url.us-east-1.localhost")]
    [InlineData("ABC234.Lambda-Url.us-east-1.localhost.localstack.cloud")]
    [InlineData("abc234.lambda-url.us-east-1.on.aws")]
    public void The_host_tells_the_url_and_its_region(string host) =>
        Assert.Equal(new FunctionUrlHost("abc234", "us-east-1"), FunctionUrlHost.Parse(host));

    [Theory]
    [InlineData("localhost")]
    [InlineData("lambda-url.us-east-1.localhost")]
    [InlineData("abc234.lambda-url.us-east-1.evil.example")]
    [InlineData("abc234.lambda-url.us-east-1.on.aws.evil.example")]
    [InlineData("abc234.lambda.us-east-1.localhost")]
    public void Other_hosts_are_no_function_urls(string host) => Assert.Null(FunctionUrlHost.Parse(host));
}

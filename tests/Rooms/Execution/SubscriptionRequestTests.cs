using System.Text;
using Lamina.Execution.Telemetry;

namespace Lamina.Rooms.Tests.Execution;

public sealed class SubscriptionRequestTests
{
    private const string Http = """ "destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080/x?y"} """;

    [Fact]
    public void What_is_left_out_has_lambdas_defaults()
    {
        TelemetrySubscription subscription = Read($$"""{"schemaVersion":"2022-07-01","types":["function","platform","function"],{{Http}}}""", isLogsApi: false)!;

        Assert.Equal(TelemetrySchema.TelemetryText, subscription.Schema);
        Assert.Equal(["function", "platform"], subscription.TypeNames);
        Assert.Equal(TelemetryTypes.Function | TelemetryTypes.Platform, subscription.Types);
        Assert.Equal((10_000, 262_144, TimeSpan.FromSeconds(1)), (subscription.MaxItems, subscription.MaxBytes, subscription.Timeout));
        Assert.Equal(new TelemetryDestination(8080, "/x?y", "POST"), subscription.Destination);
    }

    [Fact]
    public void A_tcp_port_and_the_largest_buffers_are_taken()
    {
        TelemetrySubscription subscription = Read(
            """{"schemaVersion":"2025-01-29","types":["extension"],"buffering":{"maxItems":10000,"maxBytes":1048576,"timeoutMs":30000},"destination":{"protocol":"TCP","port":53000}}""",
            isLogsApi: false)!;

        Assert.Equal(TelemetrySchema.Telemetry, subscription.Schema);
        Assert.Equal((10_000, 1_048_576, TimeSpan.FromSeconds(30)), (subscription.MaxItems, subscription.MaxBytes, subscription.Timeout));
        Assert.Equal(new TelemetryDestination(53_000, null, ""), subscription.Destination);
    }

    [Theory]
    [InlineData("""{"types":["platform"],""", TelemetrySchema.Logs)]
    [InlineData("""{"schemaVersion":"2020-08-15","types":["platform"],""", TelemetrySchema.Logs)]
    [InlineData("""{"schemaVersion":"2021-03-18","types":["platform"],""", TelemetrySchema.LogsWithRuntimeDone)]
    public void The_logs_api_has_versions_of_its_own(string beginning, object expected) =>
        Assert.Equal(expected, Read(beginning + Http + "}", isLogsApi: true)!.Schema);

    [Theory]
    [InlineData("", "request body is not valid JSON")]
    [InlineData("[]", "request body should be a JSON object")]
    [InlineData("{}", "schemaVersion is not provided; destination is not provided; types should not be empty")]
    [InlineData(
        """{"schemaVersion":"2020-08-15","types":["x"],"destination":{"protocol":"UDP"}}""",
        "schemaVersion should be one of [2022-07-01, 2022-12-13, 2025-01-29]; protocol should be one of [HTTP, TCP]; types should be of [platform, function, extension]")]
    [InlineData(
        """{"schemaVersion":"2022-12-13","types":[],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain"}}""",
        "URI port is not provided; types should not be empty")]
    [InlineData(
        """{"schemaVersion":"2022-12-13","types":["platform"],"destination":{"protocol":"HTTP","URI":"https://example.com:9001"}}""",
        "URI scheme should be http; URI host should be sandbox.localdomain; URI port 9001 is reserved")]
    [InlineData(
        """{"schemaVersion":"2022-12-13","types":["platform"],"destination":{"protocol":"TCP","port":9001}}""", "port 9001 is reserved")]
    [InlineData(
        """{"schemaVersion":"2022-12-13","types":["platform"],"buffering":{"maxItems":999,"maxBytes":1048577,"timeoutMs":24},"destination":{"protocol":"TCP","port":1}}""",
        "maxItems should be between 1000 and 10000; maxBytes should be between 262144 and 1048576; timeoutMs should be between 25 and 30000")]
    public void All_faults_are_named_at_once(string body, string expected)
    {
        TelemetrySubscription? subscription = SubscriptionRequest.Read(Encoding.UTF8.GetBytes(body), isLogsApi: false, out string faults);

        Assert.Null(subscription);
        Assert.Equal(expected, faults);
    }

    private static TelemetrySubscription? Read(string body, bool isLogsApi)
    {
        TelemetrySubscription? subscription = SubscriptionRequest.Read(Encoding.UTF8.GetBytes(body), isLogsApi, out string faults);
        Assert.Equal("", faults);
        return subscription;
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>CloudWatch Logs through AWS's clients, and what functions write there.</summary>
public sealed class LogsTests(SharedServer shared) : SharedServerTests(shared)
{
    public static TheoryData<string> Clients => ["cli", "boto3"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_group_lives_from_its_creation_to_its_deletion(string clientName)
    {
        ILambdaClient client = Connect(clientName);
        string group = Own($"/app/{clientName}");
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        _ = (await client.CallAsync("logs:CreateLogGroup", new JsonObject { ["logGroupName"] = group, ["tags"] = new JsonObject { ["team"] = "blue" } })).Success;
        Assert.Equal("ResourceAlreadyExistsException", (await client.CallAsync("logs:CreateLogGroup", new JsonObject { ["logGroupName"] = group })).Error);
        _ = (await client.CallAsync("logs:CreateLogStream", Of(group, ("logStreamName", "s")))).Success;
        JsonArray events = [Event(now, "first"), Event(now + 1, "second")];
        _ = (await client.CallAsync("logs:PutLogEvents", Of(group, ("logStreamName", "s"), ("logEvents", events)))).Success;
        JsonObject got = (await client.CallAsync("logs:GetLogEvents", Of(group, ("logStreamName", "s"), ("startFromHead", true)))).Success;
        Assert.Equal(["first", "second"], got["events"]!.AsArray().Select(static found => (string?)found!["message"]));

        _ = (await client.CallAsync("logs:PutRetentionPolicy", Of(group, ("retentionInDays", 7)))).Success;
        JsonObject groups = (await client.CallAsync("logs:DescribeLogGroups", new JsonObject { ["logGroupNamePrefix"] = group })).Success;
        JsonNode described = Assert.Single(groups["logGroups"]!.AsArray())!;
        Assert.Equal((7, $"arn:aws:logs:us-east-1:000000000000:log-group:{group}:*"), ((int)described["retentionInDays"]!, (string?)described["arn"]));
        // The group's ARN without the stars of its streams; Debian's clients do not know the member that has it.
        string arn = ((string)described["arn"]!)[..^2];
        JsonObject tags = (await client.CallAsync("logs:ListTagsForResource", new JsonObject { ["resourceArn"] = arn })).Success;
        Assert.Equal("""{"team":"blue"}""", tags["tags"]!.ToJsonString());

        _ = (await client.CallAsync("logs:DeleteLogGroup", Of(group))).Success;
        ClientAnswer gone = await client.CallAsync("logs:DescribeLogStreams", Of(group));
        Assert.Equal(("ResourceNotFoundException", "The specified log group does not exist."), (gone.Error, gone.Message));
    }

    [Fact]
    public async Task What_violates_the_model_and_what_is_not_served_is_said()
    {
        ClientAnswer violated = await Connect("boto3").CallAsync("logs:CreateLogGroup", new JsonObject { ["logGroupName"] = "a b" });
        Assert.Equal("InvalidParameterException", violated.Error);
        Assert.Equal(
            "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
            violated.Message);
        ClientAnswer unserved = await Connect("boto3").CallAsync("logs:DescribeMetricFilters", []);
        Assert.Equal("NotImplementedException", unserved.Error);
        Assert.Contains("logs:DescribeMetricFilters", unserved.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_s_lines_are_in_its_group_as_they_are_in_its_tail()
    {
        ILambdaClient client = AnyClient;
        string function = Own("writer");
        await client.CreateProbeAsync(function);
        _ = await client.RunAsync(function, "print('ERROR: something is wrong'); result = 1");
        List<string> messages = await UntilAsync(function, "REPORT", 1);
        string[] platform = ["INIT_START", "START", "END", "REPORT"];
        Assert.Equal(platform, messages.Where(static message => message.EndsWith('\n')).Select(static message => message.Split(' ')[0]));
        Assert.Contains("ERROR: something is wrong", messages.Select(static message => message.TrimEnd('\n')));
        JsonObject streams = (await client.CallAsync("logs:DescribeLogStreams", Of($"/aws/lambda/{function}"))).Success;
        Assert.Matches(@"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$", (string?)Assert.Single(streams["logStreams"]!.AsArray())!["logStreamName"]);
    }

    [Fact]
    public async Task The_CLI_s_tail_follows_a_function()
    {
        string function = Own("followed");
        await AnyClient.CreateProbeAsync(function);
        _ = await AnyClient.RunAsync(function, "print('before'); result = 1");
        _ = await UntilAsync(function, "REPORT", 1);
        ProcessStartInfo start = new(ClientTools.CommandLine, ["logs", "tail", $"/aws/lambda/{function}", "--follow", "--endpoint-url", Server.Endpoint.ToString()])
        {
            RedirectStandardOutput = true,
        };
        ClientTools.PointAt(start, Server.Endpoint);
        using Process tail = Process.Start(start)!;
        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
            await LineAsync(tail, "before", limit.Token);
            _ = await AnyClient.RunAsync(function, "print('meanwhile'); result = 1");
            await LineAsync(tail, "meanwhile", limit.Token);
        }
        finally
        {
            tail.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Lines are written behind the answer: read until there are so many.</summary>
    private async Task<List<string>> UntilAsync(string function, string text, int count)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            ClientAnswer answer = await AnyClient.CallAsync("logs:FilterLogEvents", Of($"/aws/lambda/{function}"));
            List<string> messages = [.. answer.Response?["events"]?.AsArray().Select(static found => (string)found!["message"]!) ?? []];
            if (messages.Count(message => message.StartsWith(text, StringComparison.Ordinal)) >= count)
            {
                return messages;
            }
        }
    }

    private static async Task LineAsync(Process process, string text, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The process ended without saying '{text}'.");
    }

    private static JsonObject Event(long time, string message) => new() { ["timestamp"] = time, ["message"] = message };

    private static JsonObject Of(string group, params (string Name, JsonNode? Value)[] members)
    {
        JsonObject parameters = new() { ["logGroupName"] = group };
        foreach ((string name, JsonNode? value) in members)
        {
            parameters[name] = value;
        }

        return parameters;
    }
}

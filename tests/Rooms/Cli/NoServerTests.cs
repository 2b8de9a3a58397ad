using System.Net;
using System.Net.Sockets;

namespace Lamina.Rooms.Tests.Cli;

public sealed class NoServerTests
{
    [Theory]
    [InlineData("layer", "list")]
    [InlineData("layer", "list", "--json")]
    [InlineData("function", "list")]
    [InlineData("function", "delete", "orders")]
    [InlineData("invoke", "orders", "--payload", "{}")]
    [InlineData("invoke", "orders", "--payload", "@/etc/os-release")]
    [InlineData("logs", "orders", "--follow")]
    [InlineData("opt", "orders")]
    [InlineData("deploy", "template.yaml", "--guided")]
    public async Task Without_a_server_every_verb_says_where_it_looked_and_how_to_start_one(params string[] arguments)
    {
        string endpoint = UnusedEndpoint();

        LaminaOutcome outcome = await LaminaProcess.RunAsync([.. arguments, "--endpoint", endpoint]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Contains($"No server answers at {endpoint}", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("./lamina up", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Lamina.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LAMINA_ENDPOINT")]
    [InlineData("AWS_ENDPOINT_URL")]
    public async Task The_endpoint_may_come_from_the_environment(string variable)
    {
        string endpoint = UnusedEndpoint();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = endpoint };

        LaminaOutcome outcome = await LaminaProcess.RunAsync(environment, "layer", "list");

        Assert.Contains($"No server answers at {endpoint}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        LaminaOutcome outcome = await LaminaProcess.RunAsync("layer", "publish", "/does/not/exist", "--name", "x");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("There is no such folder or zip file.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("/does/not/exist", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_script_the_server_verbs_and_the_demo_name_the_script()
    {
        Assert.Contains("./lamina up", (await LaminaProcess.RunAsync("up")).Error, StringComparison.Ordinal);
        Assert.Contains("./lamina demo", (await LaminaProcess.RunAsync("demo")).Error, StringComparison.Ordinal);
    }

    private static string UnusedEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }
}

using Lamina.Rooms.Tests.Cli;

namespace Lamina.Rooms.Tests.Server;

/// <summary>The verbs that the server's program runs speak as those of the command line do.</summary>
public sealed class VerbTests
{
    [Theory]
    [InlineData("up")]
    [InlineData("doctor")]
    [InlineData("runtimes")]
    public async Task Every_verb_of_the_server_has_help_with_an_example(string verb)
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync(verb, "--help");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Empty(outcome.Error);
        Assert.Contains($"  lamina {verb} [options]\n", outcome.Output, StringComparison.Ordinal);
        string[] lines = outcome.Output.Split('\n');
        int heading = Array.FindIndex(lines, line => line is "Example:" or "Examples:");
        Assert.True(heading > 0, outcome.Output);
        Assert.Contains($"lamina {verb}", lines[heading + 1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--bogus'", "up", "--bogus")]
    [InlineData("Cannot parse argument 'loud' for option '--log-level'.", "up", "--log-level", "loud")]
    [InlineData("Cannot parse argument 'soon' for option '--idle-timeout'.", "up", "--idle-timeout", "soon")]
    [InlineData("--idle-timeout wants seconds", "up", "--idle-timeout", "-1")]
    [InlineData("--account wants 12 digits", "up", "--account", "12")]
    [InlineData("--region wants a name", "up", "--region", "")]
    [InlineData("--listen wants HOST:PORT", "up", "--listen", "nowhere")]
    [InlineData("Unrecognized command or argument 'extra'", "doctor", "extra")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_ends_with_2(string fault, params string[] arguments)
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.StartsWith($"lamina: {fault}", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith($"See `lamina {arguments[0]} --help`.\n", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_says_of_everything_that_is_not_well_what_it_means_or_how_to_mend_it()
    {
        LaminaOutcome outcome = await LaminaProcess.RunServerAsync("doctor", "--json");

        Assert.Equal(0, outcome.ExitCode);
        using var checks = System.Text.Json.JsonDocument.Parse(outcome.Output);
        Assert.Contains(checks.RootElement.EnumerateArray(), check => check.GetProperty("what").GetString() == "overlayfs");
        Assert.All(
            checks.RootElement.EnumerateArray().Where(check => check.GetProperty("state").GetString() != "ok"),
            check => Assert.NotEqual("", check.GetProperty("meaning").GetString()));
    }
}

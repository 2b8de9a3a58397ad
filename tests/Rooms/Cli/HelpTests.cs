using System.CommandLine;
using Lamina.Cli.Commands;
using Lamina.Cli.Terminals;

namespace Lamina.Rooms.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs
    {
        get
        {
            using var http = new HttpClient(new SocketsHttpHandler());
            var terminal = new Terminal(new TerminalOptions(TextWriter.Null, TextWriter.Null, false, false, false), TimeProvider.System);
            var context = new CliContext(terminal, http, TimeProvider.System, Surroundings.From(_ => null));
            return [.. Paths(LaminaCommand.Create(context), string.Empty)];
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_with_an_example(string verb)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        LaminaOutcome outcome = await LaminaProcess.RunAsync([.. words, "--help"]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Empty(outcome.Error);
        string[] lines = outcome.Output.Split('\n');
        int heading = Array.FindIndex(lines, line => line is "Example:" or "Examples:");
        Assert.True(heading > 0, outcome.Output);
        Assert.Contains($"lamina {verb}".TrimEnd(), lines[heading + 1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_verb_the_verbs_are_listed()
    {
        LaminaOutcome outcome = await LaminaProcess.RunAsync();

        Assert.Equal(0, outcome.ExitCode);
        Assert.All(
            new[] { "up", "doctor", "runtimes", "layer", "function", "invoke", "logs", "opt", "demo" },
            verb => Assert.Contains($"\n  {verb} ", outcome.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'nosuch'", "nosuch")]
    [InlineData("Required argument missing for command: 'invoke'", "invoke")]
    [InlineData("'12' is not a 12-digit account id", "layer", "list", "--account", "12")]
    [InlineData("'nowhere' is not an http:// or https:// address", "layer", "list", "--endpoint", "nowhere")]
    [InlineData("'STAGE' is not KEY=VALUE", "function", "deploy", "code", "f", "--env", "STAGE")]
    [InlineData("Required argument missing for command: 'deploy'", "function", "deploy", "code")]
    [InlineData("--image takes the place of DIR|ZIP", "function", "deploy", "code", "f", "--image", "app:1")]
    [InlineData("--handler does not go with --image", "function", "deploy", "f", "--image", "app:1", "--handler", "a.b")]
    [InlineData("Cannot parse argument 'lots' for option '--memory'.", "function", "deploy", "code", "f", "--memory", "lots")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_ends_with_2(string fault, params string[] arguments)
    {
        LaminaOutcome outcome = await LaminaProcess.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Contains(fault, outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--help", outcome.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Paths(Command command, string path) =>
        [path, .. command.Subcommands.SelectMany(inner => Paths(inner, $"{path} {inner.Name}".TrimStart()))];
}

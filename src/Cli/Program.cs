using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Lamina.Cli;
using Lamina.Cli.Commands;
using Lamina.Cli.Terminals;
using Spectre.Console;

const int Failure = 1;
const int Usage = 2;
const int Interrupted = 130;

bool colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
    && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
var terminal = new Terminal(
    new TerminalOptions(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, colours)
    {
        Input = Console.In,
        InputIsTerminal = !Console.IsInputRedirected,
    },
    TimeProvider.System);
using var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };

var context = new CliContext(terminal, http, TimeProvider.System, Surroundings.From(Environment.GetEnvironmentVariable));
// `--payload @FILE` is ours: System.CommandLine would put the file's words into the command line.
ParseResult parsed = LaminaCommand.Create(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
{
    foreach (ParseError error in parsed.Errors)
    {
        terminal.Complain(WithoutTypeNames(error.Message), null, null);
    }

    terminal.Err.MarkupLineInterpolated($"[grey]See `{Spoken(parsed.CommandResult)} --help`.[/]");
    return Usage;
}

try
{
    // A server that `up` started is given its time to stop.
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
}
catch (CliError error)
{
    terminal.Complain(error.Message, error.Where, error.Fix);
    return Failure;
}
catch (OperationCanceledException)
{
    return Interrupted;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or HttpRequestException)
{
    terminal.Complain(error.Message, null, null);
    return Failure;
}

static string Spoken(CommandResult result) =>
    result.Parent is CommandResult parent ? $"{Spoken(parent)} {result.Command.Name}" : result.Command.Name;

// "Cannot parse argument 'x' for option '--y' as expected type 'System…'." ends before the type, which is nobody's business.
static string WithoutTypeNames(string message)
{
    int type = message.IndexOf(" as expected type ", StringComparison.Ordinal);
    return type < 0 ? message : $"{message[..type]}.";
}

using System.CommandLine;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina logs</c></summary>
internal static class FollowLogs
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name or ARN of the function" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on printing lines as they are written, until Ctrl-C" };
        var verb = new Verb(
            "logs", "Print a function's log", "lamina logs orders-python", "lamina logs orders-python --follow") { name, follow };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            await client.CopyLogsAsync(
                parsed.GetRequiredValue(name), parsed.GetValue(follow), context.Terminal.Output, cancellationToken);
            return 0;
        });
        return verb;
    }
}

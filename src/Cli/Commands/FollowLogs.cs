using System.CommandLine;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina logs</c></summary>
internal static class FollowLogs
{
    public static Verb Create(CliContext context)
    {
        var names = new Argument<string[]>("NAME") { Description = "Names or ARNs of the functions", Arity = ArgumentArity.OneOrMore };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on printing lines as they are written, until Ctrl-C" };
        var verb = new Verb(
            "logs", "Print a function's log", "lamina logs orders-python", "lamina logs orders-python orders-nodejs --follow")
        {
            names,
            follow,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string[] functions = parsed.GetRequiredValue(names);
            if (parsed.GetValue(follow))
            {
                // Lines come as they are written, whichever function writes them; a line is never torn by another.
                using SemaphoreSlim turn = new(1);
                await Task.WhenAll(functions.Select(function => CopyAsync(client, functions, function, follow: true, turn, context, cancellationToken)));
                return 0;
            }

            using SemaphoreSlim alone = new(1);
            foreach (string function in functions)
            {
                await CopyAsync(client, functions, function, follow: false, alone, context, cancellationToken);
            }

            return 0;
        });
        return verb;
    }

    /// <summary>With several functions each line says whose it is.</summary>
    private static async Task CopyAsync(
        LambdaClient client, string[] functions, string function, bool follow, SemaphoreSlim turn, CliContext context, CancellationToken cancellationToken)
    {
        string prefix = functions.Length > 1 ? $"{function}  " : "";
        await foreach (string line in client.ReadLogsAsync(function, follow, cancellationToken))
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                await context.Terminal.Output.WriteLineAsync((prefix + line).AsMemory(), cancellationToken);
                await context.Terminal.Output.FlushAsync(cancellationToken);
            }
            finally
            {
                turn.Release();
            }
        }
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina invoke</c>: the answer goes to standard output, the log to standard error; 1 when the function failed.</summary>
internal static class InvokeFunction
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name or ARN of the function; NAME:QUALIFIER for a version or alias" };
        var payload = new Option<string?>("--payload")
        {
            Description = "The event: JSON, @FILE, or - for standard input (default: no payload)",
            HelpName = "JSON|@FILE|-",
        };
        var log = new Option<bool>("--log") { Description = "Print the invocation's log (its last 4 KB) on standard error" };
        var asEvent = new Option<bool>("--event") { Description = "Do not wait for the answer (invocation type Event)" };
        var debug = new Option<bool>("--debug")
        {
            Description = "Start a fresh environment whose Node.js, Python (with debugpy) or .NET waits for a debugger; nothing times out",
        };
        var debugPort = new Option<int?>("--debug-port") { Description = "Port of 127.0.0.1 for --debug (default: the debugger's usual one; 0: any)" };
        debug.Validators.Add(result =>
        {
            if (result.GetValue(asEvent))
            {
                result.AddError("--debug waits for the answer, and --event does not.");
            }
        });
        var verb = new Verb(
            "invoke",
            "Invoke a function and print its answer",
            "lamina invoke orders-python --payload '{\"items\":[]}' --log",
            "lamina invoke orders-python --payload @examples/orders/order.json",
            "echo '{}' | lamina invoke orders-python --payload - --event",
            "lamina invoke orders-nodejs --debug")
        {
            name, payload, log, asEvent, debug, debugPort,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string function = parsed.GetRequiredValue(name);
            byte[] body = await PayloadAsync(parsed.GetValue(payload), cancellationToken);
            if (parsed.GetValue(debug))
            {
                InvokeAnswer debugged = await client.Debugging.InvokeAsync(
                    function, body, parsed.GetValue(debugPort), place => Announce(context.Terminal, place), cancellationToken);
                return Print(context.Terminal, function, debugged, parsed.GetValue(log));
            }

            InvocationType type = parsed.GetValue(asEvent) ? InvocationType.Event : InvocationType.RequestResponse;
            InvokeAnswer answer = await context.Terminal.WithProgressAsync(
                $"Invoking {function}", () => client.InvokeAsync(function, body, type, cancellationToken));
            return Print(context.Terminal, function, answer, parsed.GetValue(log));
        });
        return verb;
    }

    private static void Announce(Terminal terminal, DebugPlace place)
    {
        terminal.Error.WriteLine(place.Port is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"Waiting for a debugger ({place.Debugger}) on 127.0.0.1:{port}; Ctrl-C ends the invocation.")
            : "Waiting for a debugger to attach to the dotnet process that runs Lamina.Runtime.dll with the function's handler; Ctrl-C ends the invocation.");
        terminal.Error.Flush();
    }

    private static int Print(Terminal terminal, string function, InvokeAnswer answer, bool log)
    {
        if (log)
        {
            terminal.Error.Write(answer.LogTail);
        }

        if (answer.Payload.Length > 0)
        {
            string text = Encoding.UTF8.GetString(answer.Payload);
            terminal.Output.Write(text.EndsWith('\n') ? text : $"{text}\n");
        }

        if (answer.FunctionError is null)
        {
            return 0;
        }

        throw new CliError(
            $"The function failed ({answer.FunctionError}).",
            function,
            IsImportFailure(answer.Payload)
                ? "A handler MODULE.FUNCTION is looked for in the file MODULE at the root of the folder or zip; its imports there and in the layers."
                : log ? null : $"See its log with --log, or `lamina logs {function}`.");
    }

    private static bool IsImportFailure(byte[] payload) => payload.AsSpan().IndexOf("\"Runtime.ImportModuleError\""u8) >= 0;

    private static async Task<byte[]> PayloadAsync(string? text, CancellationToken cancellationToken)
    {
        switch (text)
        {
            case null:
                return [];
            case "-":
                using (var read = new MemoryStream())
                {
                    await using Stream input = Console.OpenStandardInput();
                    await input.CopyToAsync(read, cancellationToken);
                    return read.ToArray();
                }

            case ['@', .. var file]:
                return File.Exists(file)
                    ? await File.ReadAllBytesAsync(file, cancellationToken)
                    : throw new CliError("There is no such payload file.", Path.GetFullPath(file), "Check the path after the @.");
            default:
                return Encoding.UTF8.GetBytes(text);
        }
    }
}

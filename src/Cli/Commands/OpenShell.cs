using System.CommandLine;
using System.Runtime.InteropServices;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina shell</c>: a shell, or a command, in a fresh environment of a function; ends as that ends.</summary>
internal static class OpenShell
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name or ARN of the function; NAME:QUALIFIER for a version or alias" };
        var command = new Argument<string[]>("COMMAND") { Description = "Program and arguments, after -- (default: a shell)", Arity = ArgumentArity.ZeroOrMore };
        var verb = new Verb(
            "shell",
            "Open a shell in a fresh environment of a function: its files, layers, variables and limits",
            "lamina shell orders-python",
            "lamina shell orders-python -- ls -l /opt /var/task",
            "echo 'import orders; print(orders)' | lamina shell orders-python -- python3 -")
        {
            name, command,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string[] arguments = parsed.GetValue(command) ?? [];
            using RawMode? raw = arguments.Length == 0 ? RawMode.TryEnter() : null;
            (string, int, int)? terminal = raw is null
                ? null
                : (Environment.GetEnvironmentVariable("TERM") ?? "xterm", Math.Max(1, Console.WindowHeight), Math.Max(1, Console.WindowWidth));
            await using ShellConnection shell = await client.Shells.OpenAsync(parsed.GetRequiredValue(name), arguments, terminal, cancellationToken);
            return await RunAsync(shell, terminal is not null, cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(ShellConnection shell, bool hasTerminal, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using PosixSignalRegistration? resized = hasTerminal
            ? PosixSignalRegistration.Create(
                PosixSignal.SIGWINCH, signal => _ = shell.ResizeAsync(Console.WindowHeight, Console.WindowWidth, ended.Token))
            : null;
        _ = Task.Run(() => TypeAsync(shell, ended.Token), ended.Token);
        await using Stream output = Console.OpenStandardOutput();
        await using Stream errors = Console.OpenStandardError();
        try
        {
            return await shell.CopyAsync(output, errors, cancellationToken);
        }
        catch (IOException broken)
        {
            throw new CliError("The server ended the shell.", "lamina shell", "See the server's log.", broken);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static async Task TypeAsync(ShellConnection shell, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            await using Stream input = Console.OpenStandardInput();
            int read;
            while ((read = await input.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await shell.WriteInputAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            await shell.EndInputAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The shell has ended: nobody is typed to.
        }
    }
}

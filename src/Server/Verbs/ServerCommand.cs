using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Lamina.Server.Doctor;
using Lamina.Server.Sam;
using Lamina.Server.Up;

namespace Lamina.Server.Verbs;

/// <summary>The server's share of the command line. It speaks as the other program behind `lamina` does: same words, same exit codes.</summary>
internal static class ServerCommand
{
    private const int Usage = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            foreach (ParseError error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"lamina: {WithoutTypeNames(error.Message)}");
            }

            await Console.Error.WriteLineAsync($"See `{Spoken(parsed.CommandResult)} --help`.");
            return Usage;
        }

        // Signals are the verb's own business: the parser would end the process two seconds after one.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Verb Create()
    {
        // Not a RootCommand: that one calls itself after its executable, and what people type is `lamina`.
        HelpOption help = new();
        Verb root = new("lamina", "The server's verbs", "lamina up", "lamina doctor", "lamina runtimes")
        {
            help, new VersionOption(), UpCommand.Create(), DoctorCommand.Create(), RuntimesCommand.Create(), SamCommand.Create(),
        };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>"Cannot parse argument 'x' for option '--y' as expected type 'System…'…" ends before the type, which is nobody's business.</summary>
    private static string WithoutTypeNames(string message)
    {
        int type = message.IndexOf(" as expected type ", StringComparison.Ordinal);
        return type < 0 ? message : $"{message[..type]}.";
    }

    private static string Spoken(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Spoken(parent)} {result.Command.Name}" : result.Command.Name;
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lamina.Server.Verbs;

/// <summary>System.CommandLine's help, then the verb's examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        IReadOnlyList<string> examples = ((Verb)parseResult.CommandResult.Command).Examples;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }

        output.WriteLine();
        return exitCode;
    }
}

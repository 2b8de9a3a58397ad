using System.CommandLine;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina runtimes remove</c></summary>
internal static class RemoveRuntime
{
    public static Verb Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "A Lambda runtime that was added" };
        var verb = new Verb("remove", "Let functions have what the machine itself has for a runtime", "lamina runtimes remove nodejs24.x") { id };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await context.Client(parsed).Runtimes.RemoveAsync(parsed.GetRequiredValue(id), cancellationToken);
            return 0;
        });
        return verb;
    }
}

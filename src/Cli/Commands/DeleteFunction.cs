using System.CommandLine;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina function delete</c></summary>
internal static class DeleteFunction
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Name or ARN of the function" };
        var verb = new Verb("delete", "Delete a function; its layers stay", "lamina function delete orders-python") { name };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            string function = parsed.GetRequiredValue(name);
            await client.DeleteFunctionAsync(function, cancellationToken);
            context.Terminal.Note($"deleted {function}");
            return 0;
        });
        return verb;
    }
}

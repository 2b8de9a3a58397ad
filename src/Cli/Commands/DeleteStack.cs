using System.CommandLine;
using Lamina.Cli.Stacks;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina delete</c>: deletes a stack and shows each resource go.</summary>
internal static class DeleteStack
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("STACK") { Description = "Name of the stack" };
        var json = Json.Option();
        var verb = new Verb("delete", "Delete a stack with what is in it, and wait until it is gone", "lamina delete store") { name, json };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context, new StackClient(context.Wire(parsed)), parsed.GetRequiredValue(name), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(CliContext context, StackClient client, string name, bool json, CancellationToken cancellationToken)
    {
        StackDescription stack = await client.FindAsync(name, cancellationToken)
            ?? throw new CliError("There is no such stack.", name, "See what there is with `aws cloudformation list-stacks`.");
        var progress = new StackProgress(client, stack.Id, context.Terminal, context.Time, quiet: json);
        await progress.SkipAsync(cancellationToken);
        StackDescription left = await progress.FollowAsync(client.DeleteAsync(stack.Id, cancellationToken), cancellationToken);
        StackProgress.Conclude( // Throws when the stack is still there.
            context.Terminal, new DeployOutcome(left, Changed: true, progress.Events), client.Connection.Endpoint, json);
        context.Terminal.Note($"deleted {stack.Name}");
        return 0;
    }
}

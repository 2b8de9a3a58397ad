using System.CommandLine;
using System.Text.Json;
using Lamina.Cli.Lambda;
using Lamina.Cli.Terminals;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina opt</c>: the merged /opt of a function and which layer each path comes from.</summary>
internal static class InspectOpt
{
    public static Verb Create(CliContext context)
    {
        var name = new Argument<string>("FUNCTION") { Description = "Name or ARN of the function" };
        var json = Json.Option();
        var verb = new Verb(
            "opt",
            "Print the merged /opt of a function: size, mode, the layer each path comes from, the layers it shadows",
            "lamina opt orders-python",
            "lamina opt orders-python --json")
        {
            name, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            LambdaClient client = context.Client(parsed);
            IReadOnlyList<OptEntry> entries = await context.Terminal.WithProgressAsync(
                "Reading /opt", () => client.OptAsync(parsed.GetRequiredValue(name), cancellationToken));
            if (parsed.GetValue(json))
            {
                context.Terminal.PrintJson(JsonSerializer.SerializeToUtf8Bytes(entries, ReadableJson.Indented.IReadOnlyListOptEntry));
            }
            else
            {
                OptTree.Print(context.Terminal, entries);
            }

            return 0;
        });
        return verb;
    }
}

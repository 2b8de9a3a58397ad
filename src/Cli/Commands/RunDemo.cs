using System.CommandLine;
using Lamina.Cli.Demo;
using Lamina.Cli.Lambda;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina demo</c>: the main job in one command, from a bare clone.</summary>
internal static class RunDemo
{
    public static Verb Create(CliContext context)
    {
        var keep = new Option<bool>("--keep") { Description = "Leave server, layers and functions there, and say how to use them" };
        var verb = new Verb(
            "demo",
            "Publish the layers of examples/orders, deploy and invoke its functions, and show the merged /opt; 0 only if every answer is right",
            "lamina demo",
            "lamina demo --keep")
        {
            keep,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string home = context.Home ?? throw new CliError(
                "The demo needs the examples beside it.", "LAMINA_HOME is not set", "Run it by the script of the clone: ./lamina demo");
            bool kept = parsed.GetValue(keep);
            await using DemoServer server = await DemoServer.FindOrStartAsync(context, parsed, home, kept, cancellationToken);
            LambdaClient client = context.Client(parsed, server.Endpoint);
            var demo = new OrdersDemo(context.Terminal, client, context.Time, Path.Combine(home, "examples", "orders"));
            bool right;
            try
            {
                context.Terminal.PrintLine($"Server {server.Description}");
                right = await demo.RunAsync(cancellationToken);
            }
            catch (CliError)
            {
                await server.PrintLogAsync(context.Terminal.Error);
                throw;
            }
            finally
            {
                if (!kept && !server.OwnData)
                {
                    await demo.CleanUpAsync();
                }
            }

            if (kept)
            {
                server.Keep(context.Terminal);
            }

            return right ? 0 : 1;
        });
        return verb;
    }
}

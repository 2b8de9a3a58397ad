using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Cli.Stacks;
using Lamina.Cli.Up;

namespace Lamina.Cli.Commands;

/// <summary>
/// <c>lamina up TEMPLATE</c>: server, deployment, watch and logs in one, the command that a person keeps open. Without a template `up` is the
/// server's own verb, to which the `lamina` script passes it.
/// </summary>
internal static class UpTemplate
{
    public static Verb Create(CliContext context)
    {
        var options = new DeployOptions();
        options.Template.Arity = ArgumentArity.ZeroOrOne;
        var listen = new Option<string?>("--listen") { Description = "Address that the server listens on; port 0 picks a free one", HelpName = "HOST:PORT" };
        var data = new Option<string?>("--data") { Description = "Data folder of the server", HelpName = "FOLDER" };
        var verb = new Verb(
            "up",
            "Run the server; with a TEMPLATE deploy it, keep it up to date with its folders and show what functions log. Further options are the server's",
            "lamina up",
            "lamina up examples/store/template.yaml",
            "lamina up template.yaml --stack store --parameter Currency=CHF",
            "lamina up template.yaml --listen 127.0.0.1:4566 --data ./data")
        {
            options.Template, options.Stack, options.Parameters, options.NoBuild, listen, data,
        };
        verb.TreatUnmatchedTokensAsErrors = false;
        verb.SetAction((parsed, cancellationToken) => parsed.GetValue(options.Template) is null
            ? throw new CliError("`up` without a template belongs to the server, which this program does not contain.", null, "Run it by the script: ./lamina up")
            : RunAsync(
                context, parsed, options, [.. Said(parsed, listen), .. Said(parsed, data), .. parsed.UnmatchedTokens], cancellationToken));
        return verb;
    }

    /// <summary>(1) A server that runs is used, and left running; else one is started. (2) The stack is kept up to date (3) until Ctrl-C or the server's end.</summary>
    private static async Task<int> RunAsync(
        CliContext context, ParseResult parsed, DeployOptions options, IReadOnlyList<string> ofServer, CancellationToken cancellationToken)
    {
        SamConfig config = SamConfig.Beside(parsed.GetRequiredValue(options.Template));
        DeployRequest request = options.Read(parsed, config, quiet: false);
        if (!File.Exists(request.File))
        {
            throw new CliError("There is no such template.", Path.GetFullPath(request.File), "Check the path.");
        }

        bool isUp = ofServer.Count == 0 && await context.Client(parsed).IsLaminaAsync(context.Time, cancellationToken);
        await using ServerProcess? server = isUp ? null : await context.Terminal.WithProgressAsync(
            "Starting the server", () => ServerProcess.StartAsync(context.Server, WithLogLevel(ofServer), context.Time, cancellationToken)); // (1)
        Uri endpoint = server?.Endpoint ?? context.Endpoint(parsed);
        context.Terminal.PrintLine($"ready {endpoint.GetLeftPart(UriPartial.Authority)}");

        Wire wire = context.Wire(parsed, endpoint, context.Region(parsed, config.Region));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var logs = new StackLogs(new LambdaClient(wire), context.Terminal);
        Task watching = DeployStack.WatchAsync(context, wire, request, options.Content(context, parsed), logs.Follow, ended.Token); // (2)
        if (server is not null && await Task.WhenAny(watching, server.Ended) != watching) // (3)
        {
            await ended.CancelAsync();
            await watching;
            return cancellationToken.IsCancellationRequested ? 0 : throw new CliError("The server ended.", endpoint.ToString(), "What it says above is why.");
        }

        await watching;
        return 0;
    }

    private static IEnumerable<string> Said(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } value ? [option.Name, value] : [];

    /// <summary>Of what runs in one terminal with everything else, only what is wrong is wanted.</summary>
    private static IReadOnlyList<string> WithLogLevel(IReadOnlyList<string> options) =>
        options.Contains("--log-level", StringComparer.Ordinal) ? options : [.. options, "--log-level", "Warning"];
}

using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Cli.Stacks;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina deploy</c>: brings a SAM or CloudFormation template up as a stack, or changes of the stack what differs.</summary>
internal static class DeployStack
{
    public static Verb Create(CliContext context)
    {
        var options = new DeployOptions();
        var guided = new Option<bool>("--guided")
        {
            Description = "Ask for the stack's name, the region and the parameters first, and keep the answers in samconfig.toml",
        };
        var watch = new Option<bool>("--watch")
        {
            Description = "Go on until Ctrl-C: a change in a function's or layer's folder is live at once, a change of the template is deployed",
        };
        var json = Json.Option();
        var verb = new Verb(
            "deploy",
            "Deploy a template with the code and layers beside it, and show the outputs",
            "lamina deploy examples/store/template.yaml --stack store",
            "lamina deploy template.yaml --stack store --parameter Currency=CHF",
            "lamina deploy template.yaml --guided",
            "lamina deploy template.yaml --watch")
        {
            options.Template, options.Stack, options.Parameters, options.NoBuild, guided, watch, json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(watch) && result.GetValue(json))
            {
                result.AddError("--json prints one document at the end, and --watch has no end.");
            }
        });
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context, parsed, options, parsed.GetValue(guided), parsed.GetValue(watch), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(
        CliContext context, ParseResult parsed, DeployOptions options, bool guided, bool watch, bool json, CancellationToken cancellationToken)
    {
        SamConfig config = SamConfig.Beside(parsed.GetRequiredValue(options.Template));
        DeployRequest request;
        Wire wire;
        if (guided)
        {
            (request, wire) = await new GuidedDeployment(context, parsed, options, config).AskAsync(json, cancellationToken);
        }
        else
        {
            request = options.Read(parsed, config, quiet: json);
            wire = context.Wire(parsed, context.Endpoint(parsed), context.Region(parsed, config.Region));
        }

        ArtifactContent content = options.Content(context, parsed);
        if (watch)
        {
            await WatchAsync(context, wire, request, content, static _ => { }, cancellationToken);
            return 0;
        }

        LocalTemplate local = await LocalTemplate.ReadAsync(wire, request.File, request.Parameters, cancellationToken);
        DeployOutcome outcome = await new StackDeployment(wire, content, context.Terminal, context.Time).RunAsync(request, local, cancellationToken);
        StackProgress.Conclude(context.Terminal, outcome, wire.Connection.Endpoint, json);
        return 0;
    }

    /// <summary>Until Ctrl-C, which is how it is meant to end.</summary>
    public static async Task WatchAsync(
        CliContext context, Wire wire, DeployRequest request, ArtifactContent content, Action<IReadOnlyList<(string LogicalId, string Function)>> deployed,
        CancellationToken cancellationToken)
    {
        using var watch = new StackWatch(wire, request, content, context.Terminal, context.Time, deployed);
        try
        {
            await watch.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            context.Terminal.Note($"the watch ends; {request.Name} runs what was deployed last");
        }
    }
}

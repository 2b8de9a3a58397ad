using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Cli.Stacks;

namespace Lamina.Cli.Commands;

/// <summary><c>lamina deploy --guided</c>: asks for what a deployment needs to know, with what is known already as the answers' defaults.</summary>
internal sealed class GuidedDeployment(CliContext context, ParseResult parsed, DeployOptions options, SamConfig config)
{
    /// <summary>
    /// (1) Without a server nothing is asked; (2) stack and region; (3) each parameter until its value is allowed; (4) the answers are kept,
    /// but for those that must not be shown.
    /// </summary>
    public async Task<(DeployRequest Request, Wire Wire)> AskAsync(bool quiet, CancellationToken cancellationToken)
    {
        string file = parsed.GetRequiredValue(options.Template);
        await context.Client(parsed).RequireServerAsync(cancellationToken); // (1)
        context.Terminal.Note($"Answers in [brackets] are taken by Enter; {config.File} keeps what you say.");
        string name = await StackNameAsync(parsed.GetValue(options.Stack) ?? config.StackName ?? DeployOptions.FindStackName(file), cancellationToken); // (2)
        string region = await context.Terminal.AskAsync("AWS Region", context.Region(parsed, config.Region), cancellationToken);
        Wire wire = context.Wire(parsed, context.Endpoint(parsed), region);

        Dictionary<string, string> values = new(config.Parameters, StringComparer.Ordinal);
        foreach ((string key, string value) in EnvironmentVariables.Of(parsed, options.Parameters) ?? new Dictionary<string, string>())
        {
            values[key] = value;
        }

        LocalTemplate template = await LocalTemplate.ReadAsync(wire, file, values, cancellationToken);
        IReadOnlyList<TemplateParameter> parameters = template.Answer.Parameters;
        Dictionary<string, string> answers = new(StringComparer.Ordinal);
        foreach (TemplateParameter parameter in parameters)
        {
            answers[parameter.Name] = await ParameterAsync(wire, file, parameter, values.GetValueOrDefault(parameter.Name), cancellationToken); // (3)
        }

        if (await context.Terminal.AgreesAsync("Save the answers to samconfig.toml", otherwise: true, cancellationToken)) // (4)
        {
            Dictionary<string, string> shown = answers.Where(one => !parameters.First(parameter => parameter.Name == one.Key).NoEcho)
                .ToDictionary(StringComparer.Ordinal);
            await config.SaveAsync(name, region, shown, cancellationToken);
        }

        return (new DeployRequest(file, name, answers, quiet) { Tags = config.Tags, IsConfirmed = !config.ConfirmsChanges }, wire);
    }

    private async Task<string> StackNameAsync(string? known, CancellationToken cancellationToken)
    {
        while (true)
        {
            string name = await context.Terminal.AskAsync("Stack name", known, cancellationToken);
            if (DeployOptions.IsStackName(name))
            {
                return name;
            }

            context.Terminal.Complain($"'{name}' is no stack's name: letters, digits and hyphens, a letter first, at most 128.", null, null);
        }
    }

    private async Task<string> ParameterAsync(Wire wire, string file, TemplateParameter parameter, string? known, CancellationToken cancellationToken)
    {
        string[] hints = [.. ((string?[])
        [
            parameter.Type == "String" ? null : parameter.Type,
            parameter.AllowedValues.Count > 0 ? string.Join(" | ", parameter.AllowedValues) : null,
            parameter.Constraint,
        ]).OfType<string>()];
        string question = $"Parameter {parameter.Name}{(hints.Length == 0 ? "" : $" ({string.Join(", ", hints)})")}";
        if (parameter.Description is { } description)
        {
            context.Terminal.Note(description);
        }

        while (true)
        {
            string answer = await context.Terminal.AskAsync(question, known ?? parameter.Default, cancellationToken);
            LocalTemplate checkedTemplate = await LocalTemplate.ReadAsync(
                wire, file, new Dictionary<string, string>(StringComparer.Ordinal) { [parameter.Name] = answer }, cancellationToken);
            if (checkedTemplate.Answer.Parameters.First(one => one.Name == parameter.Name).Fault is not { } fault)
            {
                return answer;
            }

            context.Terminal.Complain(fault, null, null);
        }
    }
}

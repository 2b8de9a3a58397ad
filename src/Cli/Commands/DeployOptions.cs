using System.CommandLine;
using System.Text.RegularExpressions;
using Lamina.Cli.Builds;
using Lamina.Cli.Stacks;

namespace Lamina.Cli.Commands;

/// <summary>What <c>lamina deploy</c> and <c>lamina up TEMPLATE</c> both take.</summary>
internal sealed partial class DeployOptions
{
    public DeployOptions() => EnvironmentVariables.Validate(Parameters);

    public Argument<string> Template { get; } = new("TEMPLATE") { Description = "A SAM or CloudFormation template, YAML or JSON" };

    public Option<string?> Stack { get; } = new("--stack")
    {
        Description = "Name of the stack (default: samconfig.toml's stack_name, or the name of the template's folder)",
        HelpName = "NAME",
    };

    public Option<string[]> Parameters { get; } = new("--parameter")
    {
        Description = "A parameter of the template; may be said several times. What is not said comes from samconfig.toml, or stays as it is in the stack",
        HelpName = "KEY=VALUE",
    };

    public Option<bool> NoBuild { get; } = new("--no-build")
    {
        Description = "Deploy folders as they are: no packages of a requirements.txt or package.json are installed, nothing is compiled",
    };

    /// <summary>With what the template's samconfig.toml says where the command line says nothing.</summary>
    public DeployRequest Read(ParseResult parsed, SamConfig config, bool quiet)
    {
        string file = parsed.GetRequiredValue(Template);
        Dictionary<string, string> parameters = new(config.Parameters, StringComparer.Ordinal);
        foreach ((string key, string value) in EnvironmentVariables.Of(parsed, Parameters) ?? new Dictionary<string, string>())
        {
            parameters[key] = value;
        }

        return new DeployRequest(file, parsed.GetValue(Stack) ?? config.StackName ?? StackName(file), parameters, quiet)
        {
            Tags = config.Tags,
            IsConfirmed = !config.ConfirmsChanges,
        };
    }

    public ArtifactContent Content(CliContext context, ParseResult parsed) => new(
        parsed.GetValue(NoBuild) ? null : new ArtifactBuilds(context.Terminal, new BuildCache(Path.Combine(context.CacheFolder, "builds"), context.Time)));

    /// <summary>Of the template's folder.</summary>
    public static string StackName(string file) => FindStackName(file) ?? throw new CliError(
        $"The name of the template's folder, '{Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))}', is no stack's name.",
        file, "Say one: --stack NAME");

    /// <summary>Null when the folder's name cannot be a stack's.</summary>
    public static string? FindStackName(string file) =>
        Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)) ?? string.Empty) is var folder && IsStackName(folder) ? folder : null;

    public static bool IsStackName(string name) => NamePattern().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z][-A-Za-z0-9]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

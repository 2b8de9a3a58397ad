using System.CommandLine;

namespace Lamina.Cli.Commands;

/// <summary><c>--env KEY=VALUE</c>, and what else is said so; the value may hold anything, equal signs too.</summary>
internal static class EnvironmentVariables
{
    public static void Validate(Option<string[]> option) => option.Validators.Add(result =>
    {
        foreach (string wrong in result.Tokens.Select(token => token.Value).Where(text => text.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            result.AddError($"{option.Name}: '{wrong}' is not KEY=VALUE.");
        }
    });

    public static IReadOnlyDictionary<string, string>? Of(ParseResult parsed, Option<string[]> option)
    {
        if (parsed.GetResult(option) is null)
        {
            return null;
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in parsed.GetValue(option) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            variables[pair[..equals]] = pair[(equals + 1)..];
        }

        return variables;
    }
}

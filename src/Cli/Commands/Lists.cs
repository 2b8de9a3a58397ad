using System.CommandLine;

namespace Lamina.Cli.Commands;

/// <summary>Options that take several values, with commas between or by saying the option again.</summary>
internal static class Lists
{
    public static Option<string[]> Option(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = false };

    /// <summary>Null when the option was not said; empty when it was said with nothing, which removes what was set.</summary>
    public static IReadOnlyList<string>? Of(ParseResult parsed, Option<string[]> option) =>
        parsed.GetResult(option) is null
            ? null
            : [.. (parsed.GetValue(option) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}

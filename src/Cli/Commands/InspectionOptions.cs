using System.CommandLine;
using Lamina.Cli.Lambda;
using Lamina.Contract;

namespace Lamina.Cli.Commands;

/// <summary>Options and arguments that the inspecting verbs share.</summary>
internal static class InspectionOptions
{
    public static Option<bool> Strict() => new("--strict") { Description = "End with 1 when there are errors or warnings (for CI)" };

    public static Option<bool> All() => new("--all") { Description = "Print every path, however many there are" };

    public static Option<string?> Runtime() => new("--runtime")
    {
        Description = "Runtime that will run it (default: those the layer is published for)",
        HelpName = "RUNTIME",
    };

    public static Option<string?> Architecture()
    {
        var option = new Option<string?>("--architecture")
        {
            Description = "x86_64 or arm64 (default: those the layer is published for)",
            HelpName = "ARCHITECTURE",
        };
        option.AcceptOnlyFromAmong("x86_64", "arm64");
        return option;
    }

    public static string Query(string? runtime, string? architecture, string? name)
    {
        IEnumerable<string> parts = new[] { ("Runtime", runtime), ("Architecture", architecture), ("Name", name) }
            .Where(part => part.Item2 is not null)
            .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}");
        string query = string.Join('&', parts);
        return query.Length == 0 ? string.Empty : $"?{query}";
    }

    /// <summary>A folder or zip here, rather than the name of a layer: what is on the disk, or looks like a path.</summary>
    public static bool IsLocal(string text) =>
        Directory.Exists(text) || File.Exists(text) || text.Contains('/', StringComparison.Ordinal)
        || text.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    public static async Task<LayerVersionArn> ResolveAsync(LambdaClient client, string name, CancellationToken cancellationToken)
    {
        string text = await LayerNames.ResolveAsync(client, name, name, cancellationToken);
        return LayerVersionArn.TryParse(text, out LayerVersionArn? arn)
            ? arn
            : throw new CliError("That is not the ARN of a layer version.", text, "Say NAME, NAME:VERSION, or the whole ARN with its version.");
    }
}

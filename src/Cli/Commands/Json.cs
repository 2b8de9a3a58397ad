using System.CommandLine;

namespace Lamina.Cli.Commands;

internal static class Json
{
    public static Option<bool> Option() => new("--json") { Description = "Print JSON for programs instead of a table for people" };
}

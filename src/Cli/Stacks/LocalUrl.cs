using System.Text.RegularExpressions;

namespace Lamina.Cli.Stacks;

/// <summary>
/// Templates write the addresses that their APIs have in AWS: <c>https://ID.execute-api.REGION.amazonaws.com/STAGE</c>. Here the same API answers
/// at <c>http://ID.execute-api.REGION.localhost:PORT/STAGE</c>.
/// </summary>
internal static partial class LocalUrl
{
    /// <summary>Null for what is no such address.</summary>
    public static string? Of(string value, Uri endpoint) => ApiAddress().Match(value) is { Success: true } match
        ? $"{endpoint.Scheme}://{match.Groups["host"].Value}.localhost:{endpoint.Port}{match.Groups["path"].Value}"
        : null;

    [GeneratedRegex(
        @"\Ahttps?://(?<host>[a-z0-9]+\.execute-api\.[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|localhost(?::\d+)?)(?<path>/.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ApiAddress();
}

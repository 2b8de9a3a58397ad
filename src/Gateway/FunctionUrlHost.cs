using System.Text.RegularExpressions;

namespace Lamina.Gateway;

/// <summary>
/// A host name that is a function URL's and nothing else: <c>ID.lambda-url.REGION.localhost</c>, the same below
/// localhost.localstack.cloud, or AWS's own <c>ID.lambda-url.REGION.on.aws</c> for clients that resolve it to this machine.
/// </summary>
public sealed partial record FunctionUrlHost(string Id, string Region)
{
    /// <summary>Null for every other host.</summary>
    public static FunctionUrlHost? Parse(string host)
    {
        Match match = Pattern().Match(host);
        return match.Success
            ? new FunctionUrlHost(match.Groups["id"].Value.ToLowerInvariant(), match.Groups["region"].Value.ToLowerInvariant())
            : null;
    }

    [GeneratedRegex(
        @"\A(?<id>[^.]*)\.lambda-url\.(?<region>[^.]*)\.(localhost|localhost\.localstack\.cloud|on\.aws)\.?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

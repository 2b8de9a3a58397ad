using System.Text.RegularExpressions;

namespace Lamina.Gateway.Apis;

/// <summary>
/// A host name that is an API's and nothing else: <c>ID.execute-api.REGION.localhost</c>, the same below localhost.localstack.cloud, or
/// AWS's own <c>ID.execute-api.REGION.amazonaws.com</c> for clients that resolve it to this machine.
/// </summary>
public sealed partial record ApiHost(string Id, string Region)
{
    /// <summary>Null for every other host.</summary>
    public static ApiHost? Parse(string host)
    {
        Match match = Pattern().Match(host);
        return match.Success
            ? new ApiHost(match.Groups["id"].Value.ToLowerInvariant(), match.Groups["region"].Value.ToLowerInvariant())
            : null;
    }

    [GeneratedRegex(
        @"\A(?<id>[^.]*)\.execute-api\.(?<region>[^.]*)\.(localhost|localhost\.localstack\.cloud|amazonaws\.com)\.?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

using Lamina.Contract;

namespace Lamina.Functions;

/// <summary>The guard of callers who change only what they have seen.</summary>
internal static class Revisions
{
    /// <param name="api">The operation that AWS's text tells to call.</param>
    public static void Require(string? asked, string? latest, string api)
    {
        if (asked is not null && asked != latest)
        {
            throw AwsError.PreconditionFailed(
                $"The Revision Id provided does not match the latest Revision Id. Call the {api} API to retrieve the latest Revision Id");
        }
    }
}

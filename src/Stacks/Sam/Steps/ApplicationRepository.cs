using Lamina.Stacks.Sam.Faults;

namespace Lamina.Stacks.Sam.Steps;

/// <summary>
/// Stands in for the Serverless Application Repository, which cannot be reached: an application is taken to be there, with its template
/// behind a URL in the form of those that AWS signs. A few ids answer as AWS's own test corpus has them, so that each fault can be met.
/// </summary>
internal static class ApplicationRepository
{
    public const string TemplateUrl = "https://awsserverlessrepo-changesets-xxx.s3.amazonaws.com/signed-url";
    public const string TemplateId = "id-xx-xx";

    // As AWS's SDKs list it.
    private static readonly HashSet<string> Regions = new(StringComparer.Ordinal)
    {
        "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
        "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
        "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
    };

    public static bool IsIn(string region) => Regions.Contains(region);

    /// <exception cref="SamResourceException">The application cannot be had.</exception>
    public static void Check(string logicalId, string id)
    {
        if (id is "no-access" or "non-existent" or "invalid-semver")
        {
            throw new SamResourceException(logicalId, $"Cannot access application: {id}.", "Location.ApplicationId");
        }
    }

    public static bool IsActive(string id) => id is not ("preparing" or "preparing-never-ready" or "expired");

    public static bool IsExpired(string id) => id == "expired";

    public static bool NeverComes(string id) => id == "preparing-never-ready";
}

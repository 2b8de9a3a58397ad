using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Lamina.Access.Identities;

/// <summary>
/// The policies of AWS's own that templates name most, from <c>aws-managed-policies.json</c>. There are more than a thousand at AWS:
/// one that is not known here can be attached all the same, because a deployment must not fail for it; it then allows nothing.
/// </summary>
internal static class AwsManagedPolicies
{
    private static readonly FrozenDictionary<string, ManagedPolicy> ByArn = Load().ToFrozenDictionary(static policy => policy.Arn, StringComparer.Ordinal);

    public static IEnumerable<ManagedPolicy> All => ByArn.Values.OrderBy(static policy => policy.Name, StringComparer.Ordinal);

    public static ManagedPolicy? Find(string arn) => ByArn.GetValueOrDefault(arn);

    private static List<ManagedPolicy> Load()
    {
        using Stream stream = typeof(AwsManagedPolicies).Assembly.GetManifestResourceStream("Lamina.Access.aws-managed-policies.json")!;
        using JsonDocument file = JsonDocument.Parse(stream);
        return [.. file.RootElement.EnumerateObject().Select(static property => Make(property.Name, property.Value.GetRawText()))];
    }

    /// <param name="pathAndName">For example <c>/service-role/AWSLambdaBasicExecutionRole</c>.</param>
    private static ManagedPolicy Make(string pathAndName, string document)
    {
        int slash = pathAndName.LastIndexOf('/');
        string name = pathAndName[(slash + 1)..];
        return new ManagedPolicy
        {
            Account = "aws",
            Name = name,
            Path = pathAndName[..(slash + 1)],
            Id = IdentityId.Of("ANPA", name),
            Created = DateTimeOffset.UnixEpoch,
            Updated = DateTimeOffset.UnixEpoch,
            Description = null,
            Tags = ImmutableSortedDictionary<string, string>.Empty,
            Versions = [new PolicyVersion("v1", document, DateTimeOffset.UnixEpoch)],
            DefaultVersionId = "v1",
            LastVersion = 1,
        };
    }
}

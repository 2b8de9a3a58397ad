using System.Collections.Immutable;

namespace Lamina.Access.Identities;

/// <summary>A user as the catalog keeps it.</summary>
public sealed record User : IPolicyHolder
{
    public required string Account { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required string? PermissionsBoundary { get; init; }

    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    public required ImmutableSortedDictionary<string, string> InlinePolicies { get; init; }

    public required ImmutableArray<string> AttachedPolicies { get; init; }

    public required ImmutableArray<AccessKey> AccessKeys { get; init; }

    public string Arn => $"arn:aws:iam::{Account}:user{Path}{Name}";
}

/// <summary>A long-term key. The secret itself is kept, because verifying a signature takes it.</summary>
public sealed record AccessKey(string Id, string Secret, DateTimeOffset Created);

/// <summary>Finds the user of an access key id.</summary>
public sealed record AccessKeyOwner(string Account, string UserName);

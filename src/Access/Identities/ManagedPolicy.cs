using System.Collections.Immutable;

namespace Lamina.Access.Identities;

/// <summary>A policy with an ARN and versions of its own. AWS's own ones have the account <c>aws</c>.</summary>
public sealed record ManagedPolicy
{
    public required string Account { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    public required string? Description { get; init; }

    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    public required ImmutableArray<PolicyVersion> Versions { get; init; }

    public required string DefaultVersionId { get; init; }

    /// <summary>Numbers of versions are never given twice.</summary>
    public required int LastVersion { get; init; }

    public string Arn => $"arn:aws:iam::{Account}:policy{Path}{Name}";

    public PolicyVersion DefaultVersion => Versions.Single(version => version.Id == DefaultVersionId);
}

/// <param name="Id">For example <c>v2</c>.</param>
public sealed record PolicyVersion(string Id, string Document, DateTimeOffset Created);

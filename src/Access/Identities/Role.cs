using System.Collections.Immutable;
using Lamina.Contract;

namespace Lamina.Access.Identities;

/// <summary>A role as the catalog keeps it. Policies of its own stand in it, managed ones are named by their ARN.</summary>
public sealed record Role : IPolicyHolder
{
    public required string Account { get; init; }

    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Who may assume it, as the client wrote it.</summary>
    public required string TrustPolicy { get; init; }

    public required string? Description { get; init; }

    public required int MaxSessionSeconds { get; init; }

    public required string? PermissionsBoundary { get; init; }

    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    public required ImmutableSortedDictionary<string, string> InlinePolicies { get; init; }

    public required ImmutableArray<string> AttachedPolicies { get; init; }

    public string Arn => $"arn:aws:iam::{Account}:role{Path}{Name}";

    /// <summary>What one who has assumed it is called.</summary>
    public static string SessionArn(AccountId account, string roleName, string sessionName) =>
        $"arn:aws:sts::{account}:assumed-role/{roleName}/{sessionName}";
}

/// <summary>A role or a user: what identity policies belong to.</summary>
public interface IPolicyHolder
{
    ImmutableSortedDictionary<string, string> InlinePolicies { get; }

    ImmutableArray<string> AttachedPolicies { get; }

    string? PermissionsBoundary { get; }
}

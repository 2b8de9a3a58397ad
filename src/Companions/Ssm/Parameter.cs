using System.Collections.Immutable;

namespace Lamina.Companions.Ssm;

/// <summary>A parameter as it is stored; what can differ between its versions stands in <see cref="ParameterVersion"/>.</summary>
public sealed record Parameter
{
    public required string Name { get; init; }

    public required string Account { get; init; }

    public required string Region { get; init; }

    public required long Newest { get; init; }

    public required long Oldest { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The slash that starts a path is also the one behind <c>parameter</c> (recorded).</summary>
    public string Arn => $"arn:aws:ssm:{Region}:{Account}:parameter{(Name.StartsWith('/') ? "" : "/")}{Name}";
}

/// <summary>One version of a parameter. Immutable but for its labels.</summary>
public sealed record ParameterVersion
{
    public required string Name { get; init; }

    public required long Version { get; init; }

    /// <summary>String, StringList or SecureString.</summary>
    public required string Type { get; init; }

    /// <summary>Of a SecureString in the form of <see cref="ParameterVault"/>.</summary>
    public required string Value { get; init; }

    public required string Tier { get; init; }

    public required string DataType { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long LastModified { get; init; }

    public required string LastModifiedUser { get; init; }

    /// <summary>Of a SecureString.</summary>
    public string? KeyId { get; init; }

    public string? Description { get; init; }

    public string? AllowedPattern { get; init; }

    public ImmutableArray<string> Labels { get; init; } = [];

    public bool IsSecure => Type == ParameterTypes.SecureString;
}

internal static class ParameterTypes
{
    public const string SecureString = "SecureString";
}

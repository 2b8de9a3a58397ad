using Lamina.Contract;

namespace Lamina.Companions.S3;

public sealed record Bucket
{
    public required string Name { get; init; }

    /// <summary>The account that made it.</summary>
    public required string Account { get; init; }

    public required string Region { get; init; }

    public required DateTimeOffset CreationDate { get; init; }

    public required BucketVersioning Versioning { get; init; }
}

public enum BucketVersioning
{
    /// <summary>Never switched on: a write replaces the object.</summary>
    Unversioned,

    /// <summary>A write adds a version with an id of its own.</summary>
    Enabled,

    /// <summary>A write replaces the version "null" and leaves all others.</summary>
    Suspended,
}

/// <summary>How S3 writes the owner of what an account has: an id of 64 hex digits.</summary>
public static class CanonicalUser
{
    public static string IdOf(string account) => Sha256.Of(System.Text.Encoding.UTF8.GetBytes(account)).ToString();
}

using System.Collections.Immutable;

namespace Lamina.Contract;

/// <param name="Queries">Keys that the query must have; <c>key=value</c> where it must have that value.</param>
/// <param name="Copies">The header x-amz-copy-source must be there.</param>
public sealed record S3Route(string Name, string Method, S3Scope Scope, ImmutableArray<string> Queries, bool Copies, bool Served);

/// <summary>What an operation of S3 is about, by its path.</summary>
public enum S3Scope
{
    Service,
    Bucket,
    Object,

    /// <summary>A path of its own, which no bucket can have.</summary>
    Elsewhere,
}

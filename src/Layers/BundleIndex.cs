using System.Text.Json.Serialization;
using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>What a bundle holds, listed at its head.</summary>
internal sealed record BundleIndex
{
    public required IReadOnlyList<BundledLayer> Layers { get; init; }

    public required IReadOnlyList<BundledVersion> Versions { get; init; }

    /// <summary>In the order in which they follow; equal content is there once.</summary>
    public required IReadOnlyList<BundledArchive> Archives { get; init; }
}

internal sealed record BundledLayer
{
    public required string Arn { get; init; }

    /// <summary>The highest number ever given, so that it is not given again elsewhere.</summary>
    public required long LastVersion { get; init; }
}

internal sealed record BundledVersion
{
    public required string Arn { get; init; }

    public required string CreatedDate { get; init; }

    public required string Description { get; init; }

    public required string? LicenseInfo { get; init; }

    public required IReadOnlyList<string>? CompatibleRuntimes { get; init; }

    public required IReadOnlyList<string>? CompatibleArchitectures { get; init; }

    public required Sha256 CodeSha256 { get; init; }

    public required LayerPolicy? Policy { get; init; }
}

internal sealed record BundledArchive
{
    public required Sha256 Sha256 { get; init; }

    public required long SizeBytes { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BundleIndex))]
internal sealed partial class BundleJson : JsonSerializerContext;

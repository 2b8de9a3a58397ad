#pragma warning disable CA1822, IDE0060 // outline only: the room's first commit replaces this file
using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Lambda;

namespace Lamina.Layers;

/// <summary>One immutable layer version as the catalog keeps it.</summary>
public sealed record LayerVersion
{
    public required string LayerArn { get; init; }

    public required long Version { get; init; }

    /// <summary>As AWS writes it: <c>2018-11-27T15:10:45.123+0000</c>.</summary>
    public required string CreatedDate { get; init; }

    /// <summary>Empty when none was given.</summary>
    public required string Description { get; init; }

    public required string? LicenseInfo { get; init; }

    /// <summary>Null when the request had no such list; AWS then omits it in answers too.</summary>
    public required IReadOnlyList<string>? CompatibleRuntimes { get; init; }

    public required IReadOnlyList<string>? CompatibleArchitectures { get; init; }

    public required StoredArchive Content { get; init; }
}

/// <summary>The story of PublishLayerVersion.</summary>
public sealed class LayerPublisher
{
    public Task<LayerVersion> PublishAsync(
        Caller caller, PublishLayerVersionRequest request, ReadOnlyMemory<byte> archive, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>What layer versions there are, for reading, attaching and deleting.</summary>
public sealed class LayerLibrary
{
    /// <summary>Throws ResourceNotFound with AWS's text.</summary>
    public LayerVersion Get(Caller caller, LayerVersionArn arn) => throw new NotImplementedException();

    /// <summary>The newest version of each layer of the caller's account and region, by name, after <paramref name="after"/>.</summary>
    public IEnumerable<LayerVersion> ListNewest(Caller caller, string? after) => throw new NotImplementedException();

    /// <summary>All versions of a layer, newest first; empty for an unknown layer.</summary>
    public IEnumerable<LayerVersion> ListVersions(Caller caller, LayerArn layer) => throw new NotImplementedException();

    /// <summary>Deleting what is not there is no error.</summary>
    public Task DeleteAsync(Caller caller, LayerVersionArn arn, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// The layers a function names, checked by every rule of attaching (count, same region, duplicates, existence) with AWS's texts, in merge order.
    /// <paramref name="attached"/> are those the function version has already: they stay attachable after deletion.
    /// </summary>
    public ImmutableArray<LayerReference> ResolveStack(
        Caller caller, IReadOnlyList<string> arns, ImmutableArray<LayerReference> attached) =>
        throw new NotImplementedException();
}

using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Images;
using Lamina.Layers;
using Lamina.Store;

namespace Lamina.Functions;

/// <summary>The image that a function version is made of. It is named by digest, so that the version stays what it is when a tag moves.</summary>
public sealed record FunctionImage
{
    /// <summary>As the request had it.</summary>
    public required string Uri { get; init; }

    /// <summary>The same with the digest.</summary>
    public required string ResolvedUri { get; init; }

    public required Sha256 Digest { get; init; }

    /// <summary>Null when all is as the image says.</summary>
    public required ImageOverrides? Overrides { get; init; }

    /// <summary>Throws AWS's errors for what is not there.</summary>
    internal static FunctionImage Resolve(CatalogSnapshot snapshot, string uri, string architecture, ImageOverrides? overrides)
    {
        ResolvedImage found = ImageLibrary.Resolve(snapshot, uri);
        return found.Image.Architecture == architecture
            ? new FunctionImage { Uri = uri, ResolvedUri = found.Uri, Digest = found.Image.Digest, Overrides = overrides }
            : throw AwsError.InvalidParameterValue(
                $"The image {uri} is made for {found.Image.Architecture}, the function for {architecture}. "
                + "Give the function the image's architecture, or import the image for the function's.");
    }
}

/// <summary>ImageConfig. What is null is as the image says.</summary>
public sealed record ImageOverrides(IReadOnlyList<string>? EntryPoint, IReadOnlyList<string>? Command, string? WorkingDirectory)
{
    /// <summary>Each new ImageConfig takes the place of the whole former one; an empty one removes it (recorded).</summary>
    internal static ImageOverrides? Of(ImageConfig config)
    {
        ImageOverrides overrides = new(
            config.EntryPoint is { Count: > 0 } entry ? entry : null,
            config.Command is { Count: > 0 } command ? command : null,
            string.IsNullOrEmpty(config.WorkingDirectory) ? null : config.WorkingDirectory);
        return overrides is { EntryPoint: null, Command: null, WorkingDirectory: null } ? null : overrides;
    }
}

/// <summary>What a function is made of: an archive or an image.</summary>
internal readonly record struct FunctionContent(StoredArchive? Archive, FunctionImage? Image)
{
    public FunctionContent(StoredArchive archive)
        : this(archive, null)
    {
    }

    public FunctionContent(FunctionImage image)
        : this(null, image)
    {
    }
}

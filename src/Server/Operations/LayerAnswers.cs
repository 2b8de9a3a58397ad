using Lamina.Contract.Lambda;
using Lamina.Layers;
using Lamina.Server.Internal;

namespace Lamina.Server.Operations;

/// <summary>Words layer versions as AWS's answers do.</summary>
internal sealed class LayerAnswers(ContentLinks links)
{
    public GetLayerVersionResponse Get(LayerVersion version, string authority) => new()
    {
        Content = Content(version, authority),
        LayerArn = version.LayerArn,
        LayerVersionArn = ArnOf(version),
        Description = version.Description,
        CreatedDate = version.CreatedDate,
        Version = version.Version,
        CompatibleArchitectures = version.CompatibleArchitectures,
        CompatibleRuntimes = version.CompatibleRuntimes,
        LicenseInfo = version.LicenseInfo,
    };

    public PublishLayerVersionResponse Published(LayerVersion version, string authority) => new()
    {
        Content = Content(version, authority),
        LayerArn = version.LayerArn,
        LayerVersionArn = ArnOf(version),
        Description = version.Description,
        CreatedDate = version.CreatedDate,
        Version = version.Version,
        CompatibleArchitectures = version.CompatibleArchitectures,
        CompatibleRuntimes = version.CompatibleRuntimes,
        LicenseInfo = version.LicenseInfo,
    };

    public static LayerVersionsListItem Listed(LayerVersion version) => new()
    {
        LayerVersionArn = ArnOf(version),
        Version = version.Version,
        Description = version.Description,
        CreatedDate = version.CreatedDate,
        CompatibleArchitectures = version.CompatibleArchitectures,
        CompatibleRuntimes = version.CompatibleRuntimes,
        LicenseInfo = version.LicenseInfo,
    };

    private LayerVersionContentOutput Content(LayerVersion version, string authority) => new()
    {
        Location = links.Make(authority, version.Content.Digest),
        CodeSha256 = version.Content.Digest.ToBase64(),
        CodeSize = version.Content.SizeBytes,
    };

    private static string ArnOf(LayerVersion version) => $"{version.LayerArn}:{version.Version}";
}

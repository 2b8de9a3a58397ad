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

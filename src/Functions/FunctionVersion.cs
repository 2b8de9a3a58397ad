using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lamina.Contract;
using Lamina.Layers;

namespace Lamina.Functions;

/// <summary>
/// One version of a function as the catalog keeps it, whole: answers are written from it and environments are made from it.
/// Immutable; $LATEST changes by being replaced.
/// </summary>
public sealed record FunctionVersion
{
    public required string Region { get; init; }

    public required string Account { get; init; }

    public required string Name { get; init; }

    /// <summary><c>$LATEST</c> or a number.</summary>
    public required string Version { get; init; }

    public required string? Runtime { get; init; }

    public required string? Handler { get; init; }

    public required string Role { get; init; }

    public required string Description { get; init; }

    public required int TimeoutSeconds { get; init; }

    public required int MemorySizeMiB { get; init; }

    public required int EphemeralStorageMiB { get; init; }

    public required IReadOnlyList<string> Architectures { get; init; }

    /// <summary>Null when the function has no Environment at all.</summary>
    public required IReadOnlyDictionary<string, string>? Environment { get; init; }

    public required ImmutableArray<LayerReference> Layers { get; init; }

    /// <summary>Null when the function is made of an image.</summary>
    public required StoredArchive? Code { get; init; }

    /// <summary>Null when the function is made of an archive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FunctionImage? Image { get; init; }

    public required FunctionSettings Settings { get; init; }

    public required FunctionState State { get; init; }

    /// <summary>AWS leaves it out of answers while the function is Pending.</summary>
    public required UpdateStatus LastUpdate { get; init; }

    /// <summary>As AWS writes it: <c>2018-11-27T15:10:45.123+0000</c>.</summary>
    public required string LastModified { get; init; }

    public required string RevisionId { get; init; }

    /// <summary>New with every change that a running environment would notice (code, configuration): environments with another value are stale.</summary>
    public required string EnvironmentKey { get; init; }

    [JsonIgnore]
    public string PackageType => Image is null ? "Zip" : "Image";

    /// <summary>Of an archive in base64, of an image in hex (recorded).</summary>
    [JsonIgnore]
    public string CodeSha256 => Image is { } image ? image.Digest.ToString() : Code!.Digest.ToBase64();

    /// <summary>An image is not stored by Lambda, so it counts as nothing.</summary>
    [JsonIgnore]
    public long CodeSizeBytes => Code?.SizeBytes ?? 0;

    [JsonIgnore]
    public FunctionArn Arn => new(Region, AccountId.Parse(Account), Name);
}

/// <summary>Settings that are stored and returned faithfully and do not yet change how the function runs.</summary>
public sealed record FunctionSettings
{
    /// <summary>SnapStart applies to the versions that are published.</summary>
    public const string PublishedVersions = "PublishedVersions";

    public required string LogFormat { get; init; }

    public required string? ApplicationLogLevel { get; init; }

    public required string? SystemLogLevel { get; init; }

    public required string LogGroup { get; init; }

    public required string TracingMode { get; init; }

    public required string? DeadLetterTargetArn { get; init; }

    public required string? KmsKeyArn { get; init; }

    /// <summary><c>None</c> or <see cref="PublishedVersions"/>.</summary>
    public required string SnapStartApplyOn { get; init; }

    public required IReadOnlyList<string>? VpcSubnetIds { get; init; }

    public required IReadOnlyList<string>? VpcSecurityGroupIds { get; init; }

    public required bool VpcIpv6Allowed { get; init; }

    /// <summary>Null when there are none.</summary>
    public IReadOnlyList<FileSystemReference>? FileSystems { get; init; }
}

public sealed record FileSystemReference(string Arn, string LocalMountPath);

public enum FunctionStateName
{
    Pending,
    Active,
    Inactive,
    Failed,
}

public sealed record FunctionState(FunctionStateName Name, string? Reason, string? ReasonCode)
{
    public static FunctionState Creating { get; } = new(FunctionStateName.Pending, "The function is being created.", "Creating");

    public static FunctionState Active { get; } = new(FunctionStateName.Active, null, null);
}

public enum UpdateStatusName
{
    Successful,
    InProgress,
    Failed,
}

public sealed record UpdateStatus(UpdateStatusName Name, string? Reason, string? ReasonCode)
{
    public static UpdateStatus Successful { get; } = new(UpdateStatusName.Successful, null, null);

    /// <summary>AWS gives an update the words of a creation (recorded).</summary>
    public static UpdateStatus InProgress { get; } = new(UpdateStatusName.InProgress, "The function is being created.", "Creating");
}

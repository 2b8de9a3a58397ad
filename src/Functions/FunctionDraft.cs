using System.Collections.Immutable;
using Lamina.Contract;
using Lamina.Contract.Lambda;
using Lamina.Layers;

namespace Lamina.Functions;

/// <summary>Writes requests over versions: what a function version says after a create or update, with AWS's defaults. Pure.</summary>
internal static class FunctionDraft
{
    public static FunctionVersion New(
        FunctionArn arn, CreateFunctionRequest request, FunctionContent content, ImmutableArray<LayerReference> layers, ChangeMark mark) => new()
        {
            Region = arn.Region,
            Account = arn.Account.Value,
            Name = arn.Name,
            Version = FunctionArn.Latest,
            Runtime = request.Runtime,
            Handler = request.Handler,
            Role = request.Role!,
            Description = request.Description ?? string.Empty,
            TimeoutSeconds = request.Timeout ?? 3,
            MemorySizeMiB = request.MemorySize ?? 128,
            EphemeralStorageMiB = request.EphemeralStorage?.Size ?? 512,
            Architectures = request.Architectures ?? ["x86_64"],
            Environment = Variables(request.Environment),
            Layers = layers,
            Code = content.Archive,
            Image = content.Image,
            Settings = NewSettings(arn, request),
            State = FunctionState.Creating,
            LastUpdate = UpdateStatus.Successful,
            LastModified = mark.LastModified,
            RevisionId = mark.RevisionId,
            EnvironmentKey = NewId(),
        };

    public static FunctionVersion WithCode(FunctionVersion latest, UpdateFunctionCodeRequest request, FunctionContent content) =>
        latest with { Code = content.Archive, Image = content.Image, Architectures = request.Architectures ?? latest.Architectures };

    public static FunctionVersion WithConfiguration(
        FunctionVersion latest, UpdateFunctionConfigurationRequest request, ImmutableArray<LayerReference> layers) => latest with
        {
            Runtime = request.Runtime ?? latest.Runtime,
            Handler = request.Handler ?? latest.Handler,
            Role = request.Role ?? latest.Role,
            Description = request.Description ?? latest.Description,
            TimeoutSeconds = request.Timeout ?? latest.TimeoutSeconds,
            MemorySizeMiB = request.MemorySize ?? latest.MemorySizeMiB,
            EphemeralStorageMiB = request.EphemeralStorage?.Size ?? latest.EphemeralStorageMiB,
            Environment = Variables(request.Environment) ?? latest.Environment,
            Layers = layers,
            Image = request.ImageConfig is { } config && latest.Image is { } image
                ? image with { Overrides = ImageOverrides.Of(config) }
                : latest.Image,
            Settings = ChangedSettings(latest.Settings, request),
        };

    /// <summary>The update as it stands in the catalog until its content is there.</summary>
    public static FunctionVersion UnderWay(FunctionVersion latest, FunctionVersion changed, ChangeMark mark) => changed with
    {
        LastUpdate = UpdateStatus.InProgress,
        LastModified = mark.LastModified,
        RevisionId = mark.RevisionId,
        EnvironmentKey = WouldNotice(latest, changed) ? NewId() : latest.EnvironmentKey,
    };

    public static string NewId() => Guid.NewGuid().ToString();

    /// <summary>Whether a running environment differs from one started anew: by its files, variables, limits, process or log form.</summary>
    private static bool WouldNotice(FunctionVersion from, FunctionVersion to) =>
        !Started(from).Equals(Started(to))
        || from.Code?.Tree != to.Code?.Tree
        || from.Image != to.Image
        || !from.Layers.Select(static layer => (layer.Arn, layer.Content.Tree))
            .SequenceEqual(to.Layers.Select(static layer => (layer.Arn, layer.Content.Tree)))
        || !from.Architectures.SequenceEqual(to.Architectures)
        || !SameVariables(from.Environment, to.Environment);

    private static object Started(FunctionVersion version) => (
        version.Runtime,
        version.Handler,
        version.Role,
        (version.TimeoutSeconds, version.MemorySizeMiB, version.EphemeralStorageMiB),
        (version.Settings.LogFormat, version.Settings.ApplicationLogLevel, version.Settings.SystemLogLevel, version.Settings.LogGroup),
        version.Settings.TracingMode);

    private static bool SameVariables(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(variable => right!.TryGetValue(variable.Key, out string? value) && value == variable.Value));

    /// <summary>A copy in the request's order; an Environment without Variables is an empty one.</summary>
    private static Dictionary<string, string>? Variables(Lamina.Contract.Lambda.Environment? environment) =>
        environment is null ? null : new(environment.Variables ?? ImmutableDictionary<string, string>.Empty, StringComparer.Ordinal);

    private static FunctionSettings NewSettings(FunctionArn arn, CreateFunctionRequest request)
    {
        FunctionSettings defaults = new()
        {
            LogFormat = "Text",
            ApplicationLogLevel = null,
            SystemLogLevel = null,
            LogGroup = $"/aws/lambda/{arn.Name}",
            TracingMode = request.TracingConfig?.Mode ?? "PassThrough",
            DeadLetterTargetArn = NullIfEmpty(request.DeadLetterConfig?.TargetArn),
            KmsKeyArn = NullIfEmpty(request.KMSKeyArn),
            SnapStartApplyOn = request.SnapStart?.ApplyOn ?? "None",
            VpcSubnetIds = null,
            VpcSecurityGroupIds = null,
            VpcIpv6Allowed = false,
            FileSystems = FileSystemsOf(request.FileSystemConfigs),
        };
        return Checked(WithVpc(WithLogging(defaults, request.LoggingConfig), request.VpcConfig));
    }

    private static FunctionSettings ChangedSettings(FunctionSettings settings, UpdateFunctionConfigurationRequest request)
    {
        FunctionSettings changed = settings with
        {
            TracingMode = request.TracingConfig?.Mode ?? settings.TracingMode,
            DeadLetterTargetArn = request.DeadLetterConfig is { } deadLetter
                ? NullIfEmpty(deadLetter.TargetArn)
                : settings.DeadLetterTargetArn,
            KmsKeyArn = request.KMSKeyArn is { } key ? NullIfEmpty(key) : settings.KmsKeyArn,
            SnapStartApplyOn = request.SnapStart?.ApplyOn ?? settings.SnapStartApplyOn,
            FileSystems = request.FileSystemConfigs is null ? settings.FileSystems : FileSystemsOf(request.FileSystemConfigs),
        };
        return Checked(WithVpc(WithLogging(changed, request.LoggingConfig), request.VpcConfig));
    }

    /// <summary>A partial LoggingConfig changes its members only; JSON has levels, INFO when none are given, Text has none (recorded).</summary>
    private static FunctionSettings WithLogging(FunctionSettings settings, LoggingConfig? logging)
    {
        if (logging is null)
        {
            return settings;
        }

        FunctionSettings changed = settings with
        {
            LogFormat = logging.LogFormat ?? settings.LogFormat,
            LogGroup = logging.LogGroup ?? settings.LogGroup,
        };
        if (changed.LogFormat == "JSON")
        {
            return changed with
            {
                ApplicationLogLevel = logging.ApplicationLogLevel ?? settings.ApplicationLogLevel ?? "INFO",
                SystemLogLevel = logging.SystemLogLevel ?? settings.SystemLogLevel ?? "INFO",
            };
        }

        return logging.ApplicationLogLevel is null && logging.SystemLogLevel is null
            ? changed with { ApplicationLogLevel = null, SystemLogLevel = null }
            : throw AwsError.InvalidParameterValue("ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON.");
    }

    private static FunctionSettings WithVpc(FunctionSettings settings, VpcConfig? vpc) => vpc is null
        ? settings
        : settings with
        {
            VpcSubnetIds = vpc.SubnetIds ?? [],
            VpcSecurityGroupIds = vpc.SecurityGroupIds ?? [],
            VpcIpv6Allowed = vpc.Ipv6AllowedForDualStack ?? false,
        };

    /// <summary>File systems are reached through a network, in AWS.</summary>
    private static FunctionSettings Checked(FunctionSettings settings) => settings is { FileSystems: not null, VpcSubnetIds: null or { Count: 0 } }
        ? throw AwsError.InvalidParameterValue("Function must be configured to execute in a VPC to reference access points.")
        : settings;

    private static FileSystemReference[]? FileSystemsOf(IReadOnlyList<FileSystemConfig>? configs) =>
        configs is null or { Count: 0 } ? null : [.. configs.Select(static config => new FileSystemReference(config.Arn!, config.LocalMountPath!))];

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>What every change of a version gets anew.</summary>
/// <param name="LastModified">As AWS writes it.</param>
internal readonly record struct ChangeMark(string LastModified, string RevisionId);

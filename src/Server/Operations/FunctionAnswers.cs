using System.Security.Cryptography;
using System.Text;
using Lamina.Contract.Lambda;
using Lamina.Functions;
using Lamina.Layers;
using Lamina.Server.Wire;

namespace Lamina.Server.Operations;

/// <summary>Words function versions as AWS's answers do.</summary>
internal static class FunctionAnswers
{
    public static Answer Configuration(int status, FunctionVersion function) =>
        Answer.Json(status, Configuration(function), LambdaJson.Default.FunctionConfiguration);

    public static FunctionConfiguration Configuration(FunctionVersion function) => Summary(function) with
    {
        State = function.State.Name.ToString(),
        StateReason = function.State.Reason,
        StateReasonCode = function.State.ReasonCode,
        // While the function is being created AWS says nothing of updates.
        LastUpdateStatus = function.State.Name == FunctionStateName.Pending ? null : function.LastUpdate.Name.ToString(),
        LastUpdateStatusReason = function.LastUpdate.Reason,
        LastUpdateStatusReasonCode = function.LastUpdate.ReasonCode,
        RuntimeVersionConfig = function.Runtime is null ? null : new RuntimeVersionConfig
        {
            RuntimeVersionArn = $"arn:aws:lambda:{function.Region}::runtime:{RuntimeVersion(function.Runtime, function.Architectures[0])}",
        },
    };

    /// <summary>What lists answer: everything but state and runtime version (API reference, ListFunctions).</summary>
    public static FunctionConfiguration Summary(FunctionVersion function) => new()
    {
        FunctionName = function.Name,
        FunctionArn = function.Version == Contract.FunctionArn.Latest ? function.Arn.ToString() : function.Arn.Qualified(function.Version),
        Runtime = function.Runtime,
        Role = function.Role,
        Handler = function.Handler,
        CodeSize = function.CodeSizeBytes,
        Description = function.Description,
        Timeout = function.TimeoutSeconds,
        MemorySize = function.MemorySizeMiB,
        LastModified = function.LastModified,
        CodeSha256 = function.CodeSha256,
        Version = function.Version,
        VpcConfig = Vpc(function),
        DeadLetterConfig = function.Settings.DeadLetterTargetArn is { } target ? new DeadLetterConfig { TargetArn = target } : null,
        Environment = function.Environment is { } variables ? new EnvironmentResponse { Variables = variables } : null,
        KMSKeyArn = function.Settings.KmsKeyArn,
        FileSystemConfigs = function.Settings.FileSystems is { } systems ? [.. systems.Select(FileSystem)] : null,
        TracingConfig = new TracingConfigResponse { Mode = function.Settings.TracingMode },
        RevisionId = function.RevisionId,
        Layers = function.Layers.IsEmpty ? null : [.. function.Layers.Select(Layer)],
        PackageType = function.PackageType,
        ImageConfigResponse = function.Image?.Overrides is { } overrides ? ImageConfig(overrides) : null,
        Architectures = function.Architectures,
        EphemeralStorage = new EphemeralStorage { Size = function.EphemeralStorageMiB },
        SnapStart = new SnapStartResponse { ApplyOn = function.Settings.SnapStartApplyOn, OptimizationStatus = Optimization(function) },
        LoggingConfig = Logging(function.Settings),
    };

    /// <summary>What lists of versions answer: every one under its own ARN, $LATEST too.</summary>
    public static FunctionConfiguration QualifiedSummary(FunctionVersion function) =>
        Summary(function) with { FunctionArn = function.Arn.Qualified(function.Version) };

    private static ImageConfigResponse ImageConfig(ImageOverrides overrides) => new()
    {
        ImageConfig = new ImageConfig
        {
            EntryPoint = overrides.EntryPoint,
            Command = overrides.Command,
            WorkingDirectory = overrides.WorkingDirectory,
        },
    };

    private static Layer Layer(LayerReference layer) => new() { Arn = layer.Arn, CodeSize = layer.Content.SizeBytes };

    private static FileSystemConfig FileSystem(FileSystemReference system) =>
        new() { Arn = system.Arn, LocalMountPath = system.LocalMountPath };

    private static LoggingConfig Logging(FunctionSettings settings) => new()
    {
        LogFormat = settings.LogFormat,
        ApplicationLogLevel = settings.ApplicationLogLevel,
        SystemLogLevel = settings.SystemLogLevel,
        LogGroup = settings.LogGroup,
    };

    // A function taken out of its network answers empty lists and an empty id (recorded).
    private static VpcConfigResponse? Vpc(FunctionVersion function) => function.Settings is { VpcSubnetIds: null, VpcSecurityGroupIds: null }
        ? null
        : Vpc(function, function.Settings);

    private static VpcConfigResponse Vpc(FunctionVersion function, FunctionSettings settings) => new()
    {
        SubnetIds = settings.VpcSubnetIds ?? [],
        SecurityGroupIds = settings.VpcSecurityGroupIds ?? [],
        VpcId = settings.VpcSubnetIds is { Count: > 0 } ? AccountNetwork.VpcIdOf(function.Account, function.Region) : "",
        Ipv6AllowedForDualStack = settings.VpcIpv6Allowed,
    };

    // Whether SnapStart is on for this version: never for $LATEST, whatever it says for those to be published (recorded).
    private static string Optimization(FunctionVersion function) =>
        function.Version != Contract.FunctionArn.Latest && function.Settings.SnapStartApplyOn == FunctionSettings.PublishedVersions ? "On" : "Off";

    // AWS names builds of a runtime by a digest, another for each architecture (recorded); ours is one for both together.
    private static string RuntimeVersion(string runtime, string architecture) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{runtime} {architecture}")));
}

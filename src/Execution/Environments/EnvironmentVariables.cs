using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Lamina.Execution.Shells;
using Lamina.Functions;

namespace Lamina.Execution.Environments;

/// <summary>Where the process finds its two HTTP endpoints.</summary>
/// <param name="AwsEndpointUrl">Null when none is to be announced.</param>
internal sealed record EnvironmentAddresses(string RuntimeApi, string? AwsEndpointUrl, string XRayDaemonHost);

/// <summary>
/// The environment variables of a function's process as AWS sets them (recorded from AWS by introspection): defaults that
/// the function's own variables override, then the reserved ones, which win.
/// </summary>
internal static class EnvironmentVariables
{
    private const int XRayDaemonPort = 2000;

    /// <summary>What container engines give to an image that says nothing.</summary>
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // Extensions API: environment variables that external extensions do not see; those with a leading underscore are left out too.
    private static readonly FrozenSet<string> HiddenFromExtensions = FrozenSet.Create(
        StringComparer.Ordinal,
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT");

    public static ImmutableArray<string> For(FunctionVersion function, EnvironmentIdentity identity, EnvironmentAddresses addresses) =>
        InOrder(All(function, identity, addresses));

    /// <summary>Those first with which a process that waits for its function was started: they are where they are to be then.</summary>
    private static ImmutableArray<string> InOrder(Dictionary<string, string> variables) =>
    [
        .. variables
            .OrderBy(static variable => !ShellRules.StartVariables.Contains(variable.Key))
            .Select(static variable => $"{variable.Key}={variable.Value}"),
    ];

    /// <summary>Those that are the same for every function of the runtime, as long as the function says nothing else.</summary>
    public static ImmutableArray<string> AtStart(FunctionVersion function, EnvironmentAddresses addresses)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        AddDefaults(variables, function, addresses);
        AddReserved(variables, function, logStream: "", addresses.RuntimeApi);
        AddRuntime(variables, handler: "", function.Runtime!);
        return
        [
            .. variables
                .Where(static variable => ShellRules.StartVariables.Contains(variable.Key))
                .Select(static variable => $"{variable.Key}={variable.Value}"),
            ShellRules.Marker,
        ];
    }

    /// <summary>Those that every environment of the function has, whatever its code: without the handler, the log stream and the credentials.</summary>
    public static ImmutableArray<string> InCommon(FunctionVersion function, EnvironmentAddresses addresses)
    {
        Dictionary<string, string> variables = OfFunction(function, logStream: "", handler: "", addresses);
        variables.Remove("AWS_LAMBDA_LOG_STREAM_NAME");
        variables.Remove("_HANDLER");
        return InOrder(variables);
    }

    /// <summary>What external extensions see of the function's variables; none where there are no extensions.</summary>
    public static ImmutableArray<string> ForExtensions(ImmutableArray<string> variables, ImmutableArray<string>? extensions) => extensions is { Length: > 0 }
        ? [.. variables.Where(static variable => !variable.StartsWith('_') && !HiddenFromExtensions.Contains(NameOf(variable)))]
        : [];

    private static Dictionary<string, string> All(FunctionVersion function, EnvironmentIdentity identity, EnvironmentAddresses addresses)
    {
        Dictionary<string, string> variables = OfFunction(function, identity.LogStream, function.Handler ?? "", addresses);
        AddIdentity(variables, identity);
        RuntimeVariables.AddCredentials(variables, function.Runtime!, identity.Credentials);
        return variables;
    }

    private static Dictionary<string, string> OfFunction(FunctionVersion function, string logStream, string handler, EnvironmentAddresses addresses)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        AddDefaults(variables, function, addresses);
        foreach ((string name, string value) in function.Environment ?? ImmutableDictionary<string, string>.Empty)
        {
            variables[name] = value;
        }

        AddReserved(variables, function, logStream, addresses.RuntimeApi);
        AddRuntime(variables, handler, function.Runtime!);
        return variables;
    }

    /// <summary>The image's own variables below the function's; of Lambda's those that say where the function is, not how its files lie.</summary>
    public static ImmutableArray<string> ForImage(
        FunctionVersion function, IReadOnlyList<string> imageVariables, EnvironmentIdentity identity, EnvironmentAddresses addresses)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = DefaultPath };
        AddPlatform(variables, addresses);
        foreach (string variable in imageVariables)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            variables[variable[..equals]] = variable[(equals + 1)..];
        }

        foreach ((string name, string value) in function.Environment ?? ImmutableDictionary<string, string>.Empty)
        {
            variables[name] = value;
        }

        AddReserved(variables, function, identity.LogStream, addresses.RuntimeApi);
        // Images are told their handler as an argument, and AWS's base images set it from that.
        variables.Remove("_HANDLER");
        variables.Remove("AWS_EXECUTION_ENV");
        AddIdentity(variables, identity);
        return [.. variables.Select(static variable => $"{variable.Key}={variable.Value}")];
    }

    /// <summary>Adds those of other variables that are not there yet.</summary>
    public static ImmutableArray<string> Below(ImmutableArray<string> variables, IReadOnlyList<string> others)
    {
        HashSet<string> names = [.. variables.Select(NameOf)];
        return [.. variables, .. others.Where(other => names.Add(NameOf(other)))];
    }

    private static string NameOf(string variable) => variable[..variable.IndexOf('=', StringComparison.Ordinal)];

    private static void AddIdentity(Dictionary<string, string> variables, EnvironmentIdentity identity)
    {
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = identity.InitializationType;
        variables["AWS_ACCESS_KEY_ID"] = identity.Credentials.AccessKeyId;
        variables["AWS_SECRET_ACCESS_KEY"] = identity.Credentials.SecretAccessKey;
        variables["AWS_SESSION_TOKEN"] = identity.Credentials.SessionToken;
    }

    private static void AddDefaults(Dictionary<string, string> variables, FunctionVersion function, EnvironmentAddresses addresses)
    {
        string runtime = function.Runtime!;
        // provided.al2 has no /var/lang; provided.al2023 has it although nothing lies there.
        string langBin = runtime == "provided.al2" ? "" : "/var/lang/bin:";
        string langLib = runtime == "provided.al2" ? "" : "/var/lang/lib:";
        variables["PATH"] = $"{langBin}/usr/local/bin:/usr/bin/:/bin:/opt/bin";
        variables["LD_LIBRARY_PATH"] =
            $"{langLib}/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib";
        variables["LANG"] = "en_US.UTF-8";
        variables["TZ"] = ":UTC";
        variables["PWD"] = "/var/task";
        variables["SHLVL"] = "0";
        AddPlatform(variables, addresses);
        RuntimeVariables.Add(variables, function);
    }

    private static void AddPlatform(Dictionary<string, string> variables, EnvironmentAddresses addresses)
    {
        variables["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR";
        variables["AWS_XRAY_DAEMON_ADDRESS"] = string.Create(CultureInfo.InvariantCulture, $"{addresses.XRayDaemonHost}:{XRayDaemonPort}");
        variables["_AWS_XRAY_DAEMON_ADDRESS"] = addresses.XRayDaemonHost;
        variables["_AWS_XRAY_DAEMON_PORT"] = XRayDaemonPort.ToString(CultureInfo.InvariantCulture);
        if (addresses.AwsEndpointUrl is not null)
        {
            variables["AWS_ENDPOINT_URL"] = addresses.AwsEndpointUrl;
        }
    }

    private static void AddReserved(Dictionary<string, string> variables, FunctionVersion function, string logStream, string runtimeApi)
    {
        variables["AWS_LAMBDA_FUNCTION_NAME"] = function.Name;
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = function.Version;
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = function.MemorySizeMiB.ToString(CultureInfo.InvariantCulture);
        variables["AWS_LAMBDA_LOG_GROUP_NAME"] = function.Settings.LogGroup;
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = logStream;
        if (function.Settings.LogFormat == "JSON")
        {
            variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON";
            variables["AWS_LAMBDA_LOG_LEVEL"] = function.Settings.ApplicationLogLevel ?? "INFO";
        }

        variables["AWS_LAMBDA_RUNTIME_API"] = runtimeApi;
        variables["AWS_REGION"] = function.Region;
        variables["AWS_DEFAULT_REGION"] = function.Region;
        variables["LAMBDA_TASK_ROOT"] = "/var/task";
        variables["LAMBDA_RUNTIME_DIR"] = "/var/runtime";
        variables.Remove("_X_AMZN_TRACE_ID");
    }

    private static void AddRuntime(Dictionary<string, string> variables, string handler, string runtime)
    {
        variables["_HANDLER"] = handler;
        if (RuntimeCatalog.FamilyOf(runtime) != "provided")
        {
            variables["AWS_EXECUTION_ENV"] = $"AWS_Lambda_{runtime}";
        }
        else
        {
            variables.Remove("AWS_EXECUTION_ENV");
        }
    }
}

using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Lamina.Runtime;

/// <summary>
/// What a handler is given, seen through the interfaces of the Amazon.Lambda.Core that the function brought: members are answered
/// by their names, so any version of it fits. What is not known here is null or zero.
/// </summary>
public class View : DispatchProxy
{
    private IReadOnlyDictionary<string, object?> _values = new Dictionary<string, object?>();

    /// <summary>The context of one invocation.</summary>
    internal static object ContextOf(Type interfaceType, Response request, object? serializer)
    {
        _ = long.TryParse(request["lambda-runtime-deadline-ms"], CultureInfo.InvariantCulture, out long deadline);
        JsonElement identity = Parse(request["lambda-runtime-cognito-identity"]);
        return Create(interfaceType, new Dictionary<string, object?>
        {
            ["AwsRequestId"] = request["lambda-runtime-aws-request-id"],
            ["InvokedFunctionArn"] = request["lambda-runtime-invoked-function-arn"],
            ["TenantId"] = request["lambda-runtime-aws-tenant-id"],
            ["TraceId"] = request["lambda-runtime-trace-id"],
            ["FunctionName"] = Variable("AWS_LAMBDA_FUNCTION_NAME"),
            ["FunctionVersion"] = Variable("AWS_LAMBDA_FUNCTION_VERSION"),
            ["LogGroupName"] = Variable("AWS_LAMBDA_LOG_GROUP_NAME"),
            ["LogStreamName"] = Variable("AWS_LAMBDA_LOG_STREAM_NAME"),
            ["MemoryLimitInMB"] = int.Parse(Variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") ?? "0", CultureInfo.InvariantCulture),
            ["RemainingTime"] = (Func<object>)(() => DateTimeOffset.FromUnixTimeMilliseconds(deadline) - DateTimeOffset.UtcNow),
            ["Serializer"] = serializer,
            ["Logger"] = Nested(interfaceType, "Logger", []),
            ["Identity"] = Nested(interfaceType, "Identity", new()
            {
                ["IdentityId"] = TextOf(identity, "cognitoIdentityId"), ["IdentityPoolId"] = TextOf(identity, "cognitoIdentityPoolId"),
            }),
            ["ClientContext"] = ClientContext(interfaceType, Parse(request["lambda-runtime-client-context"])),
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        string name = targetMethod!.Name;
        if (name.StartsWith("get_", StringComparison.Ordinal))
        {
            object? value = _values.GetValueOrDefault(name[4..]);
            value = value is Func<object> now ? now() : value;
            return value ?? (targetMethod.ReturnType.IsValueType && targetMethod.ReturnType != typeof(void) ? Activator.CreateInstance(targetMethod.ReturnType) : null);
        }

        if (name.StartsWith("Log", StringComparison.Ordinal))
        {
            Log(name, targetMethod, args ?? []);
        }

        return null;
    }

    // Log(message), Log(level, message), Log(level, exception, message, arguments), LogInformation(message, arguments), …
    private static void Log(string name, MethodInfo method, object?[] args)
    {
        string? level = name is "Log" or "LogLine" ? null : name[3..];
        int next = 0;
        bool hasLevel = name == "Log" && args.Length > 1 && method.GetParameters()[0].ParameterType is var first && (first.IsEnum || first == typeof(string));
        if (hasLevel)
        {
            level = args[next++]?.ToString();
        }

        Exception? error = next < args.Length ? args[next] as Exception : null;
        next += error is null ? 0 : 1;
        string message = next < args.Length ? args[next++]?.ToString() ?? "" : "";
        object?[] values = next < args.Length && args[next] is object?[] more ? more : [];
        LogWriter.Write(level ?? (name is "Log" or "LogLine" ? "Information" : null), MessageTemplate.Fill(message, values), error);
    }

    private static object Create(Type interfaceType, Dictionary<string, object?> values)
    {
        object view = DispatchProxy.Create(interfaceType, typeof(View));
        ((View)view)._values = values;
        return view;
    }

    private static object? Nested(Type owner, string property, Dictionary<string, object?> values) =>
        owner.GetProperty(property)?.PropertyType is { IsInterface: true } type ? Create(type, values) : null;

    private static object? ClientContext(Type owner, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || owner.GetProperty("ClientContext")?.PropertyType is not { IsInterface: true } type)
        {
            return null;
        }

        JsonElement client = json.TryGetProperty("client", out JsonElement sent) ? sent : default;
        return Create(type, new()
        {
            ["Custom"] = Texts(json, "custom"),
            ["Environment"] = Texts(json, "env"),
            ["Client"] = Nested(type, "Client", new()
            {
                ["InstallationId"] = TextOf(client, "installation_id"),
                ["AppTitle"] = TextOf(client, "app_title"),
                ["AppVersionName"] = TextOf(client, "app_version_name"),
                ["AppVersionCode"] = TextOf(client, "app_version_code"),
                ["AppPackageName"] = TextOf(client, "app_package_name"),
            }),
        });
    }

    private static Dictionary<string, string> Texts(JsonElement json, string member) =>
        json.TryGetProperty(member, out JsonElement values) && values.ValueKind == JsonValueKind.Object
            ? values.EnumerateObject().ToDictionary(static value => value.Name, static value => value.Value.ToString())
            : [];

    private static string? TextOf(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out JsonElement value) ? value.ToString() : null;

    // Header bytes arrive as latin-1; the platform writes JSON in UTF-8.
    private static JsonElement Parse(string? header) =>
        string.IsNullOrEmpty(header) ? default : JsonDocument.Parse(Encoding.Latin1.GetBytes(header)).RootElement;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}

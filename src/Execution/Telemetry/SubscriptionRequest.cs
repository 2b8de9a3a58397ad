using System.Globalization;
using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Execution.Telemetry;

/// <summary>
/// Reads the body of PUT …/telemetry and PUT …/logs and names all of its faults at once. Sample:
/// <c>{"schemaVersion":"2022-12-13","types":["platform"],"buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":100},
/// "destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}}</c>
/// </summary>
internal sealed class SubscriptionRequest
{
    private const string SandboxHost = "sandbox.localdomain";
    private const int ReservedPort = 9001;

    private readonly List<string> _faults = [];

    private SubscriptionRequest()
    {
    }

    /// <summary>Null when the body is not what it should be; the faults are then in one text.</summary>
    public static TelemetrySubscription? Read(ReadOnlyMemory<byte> body, bool isLogsApi, out string faults)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                faults = "request body should be a JSON object";
                return null;
            }

            var request = new SubscriptionRequest();
            TelemetrySubscription? subscription = request.Read(document.RootElement, isLogsApi);
            faults = string.Join("; ", request._faults);
            return subscription;
        }
        catch (JsonException)
        {
            faults = "request body is not valid JSON";
            return null;
        }
    }

    private TelemetrySubscription? Read(JsonElement root, bool isLogsApi)
    {
        TelemetrySchema schema = ReadSchema(Text(root, "schemaVersion"), isLogsApi);
        TelemetryDestination? destination = ReadDestination(root);
        (IReadOnlyList<string> names, TelemetryTypes types) = ReadTypes(root);
        JsonElement buffering = root.TryGetProperty("buffering", out JsonElement found) ? found : default;
        int maxItems = ReadNumber(
            buffering, "maxItems", Limits.TelemetryItemsDefault, Limits.TelemetryItemsLeast, Limits.TelemetryItemsMost);
        int maxBytes = ReadNumber(
            buffering, "maxBytes", Limits.TelemetryBytesDefault, Limits.TelemetryBytesLeast, Limits.TelemetryBytesMost);
        int timeoutMs = ReadNumber(
            buffering, "timeoutMs", Limits.TelemetryTimeoutMsDefault, Limits.TelemetryTimeoutMsLeast, Limits.TelemetryTimeoutMsMost);
        return _faults.Count > 0 ? null : new TelemetrySubscription
        {
            Schema = schema,
            TypeNames = names,
            Types = types,
            MaxItems = maxItems,
            MaxBytes = maxBytes,
            Timeout = TimeSpan.FromMilliseconds(timeoutMs),
            Destination = destination!,
        };
    }

    private TelemetrySchema ReadSchema(string? version, bool isLogsApi)
    {
        switch (version)
        {
            case null when isLogsApi:
            case "2020-08-15" when isLogsApi:
                return TelemetrySchema.Logs;
            case "2021-03-18" when isLogsApi:
                return TelemetrySchema.LogsWithRuntimeDone;
            case "2022-07-01" when !isLogsApi:
                return TelemetrySchema.TelemetryText;
            case "2022-12-13" or "2025-01-29" when !isLogsApi:
                return TelemetrySchema.Telemetry;
            default:
                string known = isLogsApi ? "2020-08-15, 2021-03-18" : "2022-07-01, 2022-12-13, 2025-01-29";
                _faults.Add(version is null ? "schemaVersion is not provided" : $"schemaVersion should be one of [{known}]");
                return default;
        }
    }

    private (IReadOnlyList<string> Names, TelemetryTypes Types) ReadTypes(JsonElement root)
    {
        if (!root.TryGetProperty("types", out JsonElement list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            _faults.Add("types should not be empty");
            return ([], TelemetryTypes.None);
        }

        List<string> names = [];
        TelemetryTypes types = TelemetryTypes.None;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string? name = entry.ValueKind == JsonValueKind.String ? entry.GetString() : null;
            TelemetryTypes type = name switch
            {
                "platform" => TelemetryTypes.Platform,
                "function" => TelemetryTypes.Function,
                "extension" => TelemetryTypes.Extension,
                _ => TelemetryTypes.None,
            };
            if (type == TelemetryTypes.None)
            {
                _faults.Add("types should be of [platform, function, extension]");
                break;
            }

            if (!types.HasFlag(type))
            {
                names.Add(name!);
            }

            types |= type;
        }

        return (names, types);
    }

    private TelemetryDestination? ReadDestination(JsonElement root)
    {
        if (!root.TryGetProperty("destination", out JsonElement destination) || destination.ValueKind != JsonValueKind.Object)
        {
            _faults.Add("destination is not provided");
            return null;
        }

        switch (Text(destination, "protocol"))
        {
            case "HTTP":
                return ReadHttp(destination);
            case "TCP":
                return ReadTcp(destination);
            default:
                _faults.Add("protocol should be one of [HTTP, TCP]");
                return null;
        }
    }

    private TelemetryDestination? ReadHttp(JsonElement destination)
    {
        string method = Text(destination, "method") ?? "POST";
        if (!Uri.TryCreate(Text(destination, "URI"), UriKind.Absolute, out Uri? uri))
        {
            _faults.Add("URI is not valid");
            return null;
        }

        // AWS's samples name the host; an address of the sandbox itself works as well, nothing else does.
        bool isInside = uri.Host is SandboxHost or "sandbox" or "localhost" or "127.0.0.1";
        bool hasPort = uri.OriginalString.Contains($":{uri.Port}", StringComparison.Ordinal);
        AddIf(uri.Scheme != "http", "URI scheme should be http");
        AddIf(!isInside, $"URI host should be {SandboxHost}");
        AddIf(!hasPort, "URI port is not provided");
        AddIf(uri.Port == ReservedPort, $"URI port {ReservedPort} is reserved");
        AddIf(method is not "POST" and not "PUT", "method should be one of [POST, PUT]");
        return new TelemetryDestination(uri.Port, uri.PathAndQuery, method);
    }

    private TelemetryDestination? ReadTcp(JsonElement destination)
    {
        int port = destination.TryGetProperty("port", out JsonElement number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out int value) ? value : 0;
        AddIf(port is < 1 or > 65_535, "port is not provided");
        AddIf(port == ReservedPort, $"port {ReservedPort} is reserved");
        return new TelemetryDestination(port, null, "");
    }

    private int ReadNumber(JsonElement buffering, string name, int otherwise, int least, int most)
    {
        if (buffering.ValueKind != JsonValueKind.Object || !buffering.TryGetProperty(name, out JsonElement element))
        {
            return otherwise;
        }

        bool isNumber = element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _);
        int value = isNumber ? element.GetInt32() : least - 1;
        AddIf(value < least || value > most, string.Create(CultureInfo.InvariantCulture, $"{name} should be between {least} and {most}"));
        return value;
    }

    private void AddIf(bool holds, string fault)
    {
        if (holds)
        {
            _faults.Add(fault);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

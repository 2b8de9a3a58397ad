using System.Text.Json;
using Lamina.Execution.Environments;
using Lamina.Execution.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Lamina.Execution.RuntimeApi;

/// <summary>The Extensions API, version 2020-01-01; errors and their order are those of AWS's supervisor.</summary>
internal static class ExtensionCalls
{
    private const string NameHeader = "Lambda-Extension-Name";
    private const string IdentifierHeader = "Lambda-Extension-Identifier";
    private const string FeatureHeader = "Lambda-Extension-Accept-Feature";
    private const string ErrorTypeHeader = "Lambda-Extension-Function-Error-Type";

    // A list of two words; a body that is longer than this is not one.
    private const int MaxRegistrationBytes = 64 * 1024;

    /// <summary>POST /extension/register</summary>
    public static async Task RegisterAsync(RuntimeRequest request)
    {
        string? name = request.Request.Headers[NameHeader];
        if (string.IsNullOrEmpty(name))
        {
            await WriteAsync(request, ExtensionAnswer.Refusal("Extension.InvalidExtensionName", "Empty extension name"));
            return;
        }

        (PayloadReadKind read, PayloadBuffer body) = await PayloadReader.ReadAsync(request, MaxRegistrationBytes);
        string? fault = read == PayloadReadKind.Complete ? null : "unexpected EOF";
        IReadOnlyList<string> events = fault is null ? ReadEvents(body.Memory, out fault) : [];
        body.Return();
        if (fault is not null)
        {
            await WriteAsync(request, ExtensionAnswer.Refusal("InvalidRequestFormat", fault));
            return;
        }

        await PostAsync(request, new ExtensionCall(ExtensionCallKind.Register)
        {
            Name = name,
            Events = events,
            WantsAccountId = AcceptsAccountId(request.Request.Headers[FeatureHeader]),
        });
    }

    /// <summary>GET /extension/event/next: blocks until there is an event, however long.</summary>
    public static Task NextAsync(RuntimeRequest request) => WithIdentifierAsync(
        request, static (request, id) => PostAsync(request, new ExtensionCall(ExtensionCallKind.Next) { Id = id }));

    /// <summary>POST /extension/init/error</summary>
    public static Task InitErrorAsync(RuntimeRequest request) => WithIdentifierAsync(
        request, static (request, id) => ReportAsync(request, ExtensionCallKind.InitError, id));

    /// <summary>POST /extension/exit/error</summary>
    public static Task ExitErrorAsync(RuntimeRequest request) => WithIdentifierAsync(
        request, static (request, id) => ReportAsync(request, ExtensionCallKind.ExitError, id));

    /// <summary>Every call but the registration says who calls.</summary>
    internal static Task WithIdentifierAsync(RuntimeRequest request, Func<RuntimeRequest, Guid, Task> handle)
    {
        string? identifier = request.Request.Headers[IdentifierHeader];
        if (string.IsNullOrEmpty(identifier))
        {
            return WriteAsync(
                request, ExtensionAnswer.Refusal("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"));
        }

        return Guid.TryParse(identifier, out Guid id)
            ? handle(request, id)
            : WriteAsync(request, ExtensionAnswer.Refusal("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"));
    }

    private static Task ReportAsync(RuntimeRequest request, ExtensionCallKind kind, Guid id)
    {
        string? errorType = request.Request.Headers[ErrorTypeHeader];
        return string.IsNullOrEmpty(errorType)
            ? WriteAsync(request, ExtensionAnswer.Refusal("Extension.MissingHeader", $"{ErrorTypeHeader} not found"))
            : PostAsync(request, new ExtensionCall(kind) { Id = id, ErrorType = errorType });
    }

    internal static async Task PostAsync(RuntimeRequest request, ExtensionCall call)
    {
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.Extension, call));
        ExtensionAnswer? answer;
        if (call.Kind != ExtensionCallKind.Next)
        {
            answer = await call.Task;
        }
        else
        {
            await using CancellationTokenRegistration abandoned = request.Lifetime.RequestAborted.UnsafeRegister(
                static state =>
                {
                    (ExecutionEnvironment environment, ExtensionCall call) = ((ExecutionEnvironment, ExtensionCall))state!;
                    environment.Post(new EnvironmentEvent(EnvironmentEventKind.ExtensionAbandoned, call));
                },
                (request.Environment, call));
            answer = await call.Task;
        }

        if (answer is null)
        {
            request.Lifetime.Abort();
            return;
        }

        await WriteAsync(request, answer);
    }

    internal static Task WriteAsync(RuntimeRequest request, ExtensionAnswer answer)
    {
        IHeaderDictionary headers = request.Response.Headers;
        if (answer.Identifier is { } identifier)
        {
            headers[IdentifierHeader] = identifier.ToString();
        }

        if (answer.EventIdentifier is { } eventIdentifier)
        {
            headers["Lambda-Extension-Event-Identifier"] = eventIdentifier.ToString();
        }

        return RuntimeAnswers.WriteJsonAsync(request, answer.Status, answer.Body);
    }

    private static bool AcceptsAccountId(StringValues features) =>
        features.ToString().Split(',', StringSplitOptions.TrimEntries).Contains("accountId");

    private static IReadOnlyList<string> ReadEvents(ReadOnlyMemory<byte> body, out string? fault)
    {
        fault = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"json: cannot unmarshal {root.ValueKind.ToString().ToLowerInvariant()} into Go value of type handler.RegisterRequest";
                return [];
            }

            if (root.TryGetProperty("configurationKeys", out JsonElement keys) && keys is { ValueKind: JsonValueKind.Array } && keys.GetArrayLength() > 0)
            {
                fault = "configurationKeys are deprecated; use environment variables instead";
                return [];
            }

            if (!root.TryGetProperty("events", out JsonElement events) || events.ValueKind == JsonValueKind.Null)
            {
                return [];
            }

            if (events.ValueKind != JsonValueKind.Array || events.EnumerateArray().Any(static name => name.ValueKind != JsonValueKind.String))
            {
                fault = "json: cannot unmarshal events into a list of strings";
                return [];
            }

            return [.. events.EnumerateArray().Select(static name => name.GetString()!)];
        }
        catch (JsonException)
        {
            fault = body.Length == 0 ? "unexpected end of JSON input" : "invalid JSON";
            return [];
        }
    }
}

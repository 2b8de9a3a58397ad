using System.Text;
using Lamina.Contract;
using Lamina.Execution.Environments;
using Microsoft.Extensions.Primitives;

namespace Lamina.Execution.RuntimeApi;

/// <summary>What the Runtime API answers besides events; the texts are those of AWS's supervisor.</summary>
internal static class RuntimeAnswers
{
    private static readonly StringValues Json = new("application/json");
    private static readonly StringValues Octets = new("application/octet-stream");
    private static readonly StringValues Text = new("text/plain; charset=utf-8");
    private static readonly byte[] Ok = "{\"status\":\"OK\"}\n"u8.ToArray();
    private static readonly byte[] WrongRequestId = "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n"u8.ToArray();

    private static readonly byte[] Truncated =
        "{\"errorMessage\":\"HTTP request detected as truncated\",\"errorType\":\"TruncatedHTTPRequest\"}\n"u8.ToArray();

    private static readonly byte[] InvalidResponseMode =
        "{\"errorMessage\":\"Invalid function response mode\",\"errorType\":\"InvalidFunctionResponseMode\"}\n"u8.ToArray();

    private static readonly byte[] TooLarge = Encoding.UTF8.GetBytes(
        $"{{\"errorMessage\":\"Exceeded maximum allowed payload size ({Limits.SyncPayloadBytes} bytes).\",\"errorType\":\"RequestEntityTooLarge\"}}\n");

    public static Task WriteAcceptedAsync(RuntimeRequest request) => WriteAsync(request, 202, Json, Ok);

    public static Task WriteTooLargeAsync(RuntimeRequest request) => WriteAsync(request, 413, Json, TooLarge);

    public static Task WriteTruncatedAsync(RuntimeRequest request) => WriteAsync(request, 400, Json, Truncated);

    public static Task WriteInvalidResponseModeAsync(RuntimeRequest request) => WriteAsync(request, 400, Json, InvalidResponseMode);

    public static Task WriteTextAsync(RuntimeRequest request, int status, string text) =>
        WriteAsync(request, status, Text, Encoding.UTF8.GetBytes(text));

    public static Task WriteRefusalAsync(RuntimeRequest request, RuntimeVerdict verdict, RuntimeCall call) =>
        verdict.Kind == RuntimeVerdictKind.WrongRequestId
            ? WriteAsync(request, 400, Json, WrongRequestId)
            : WriteStateErrorAsync(request, verdict.From, call);

    public static Task WriteStateErrorAsync(RuntimeRequest request, RuntimeState from, RuntimeCall call) => WriteAsync(
        request,
        403,
        Json,
        ErrorPayloads.OfCall(
            $"State transition from {from.Name()} to {call.Wanted()} failed for runtime. Error: State transition is not allowed",
            "InvalidStateTransition"));

    public static Task WriteBytesAsync(RuntimeRequest request, ReadOnlyMemory<byte> body) => WriteAsync(request, 200, Octets, body);

    public static Task WriteJsonAsync(RuntimeRequest request, int status, ReadOnlyMemory<byte> body) => WriteAsync(request, status, Json, body);

    private static async Task WriteAsync(RuntimeRequest request, int status, StringValues contentType, ReadOnlyMemory<byte> body)
    {
        request.Response.StatusCode = status;
        request.Response.Headers.ContentType = contentType;
        request.Response.Headers.ContentLength = body.Length;
        await request.ResponseBody.Writer.WriteAsync(body, CancellationToken.None);
    }
}

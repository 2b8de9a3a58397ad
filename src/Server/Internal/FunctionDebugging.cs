using System.Globalization;
using Lamina.Contract;
using Lamina.Execution;
using Lamina.Execution.Debugging;
using Lamina.Functions;
using Lamina.Server.Operations;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Internal;

/// <summary>
/// POST /_lamina/functions/NAME/debug?Qualifier=…&amp;Port=… with the event: invokes the function in an environment of its own, whose
/// runtime waits for a debugger, and lets nothing time out. The answer is two lines of JSON: where the debugger is, at once; and what
/// came of the invocation. A client who leaves before ends it.
/// </summary>
internal sealed class FunctionDebugging(FunctionDirectory directory, Invoker invoker) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["functions", "*", "debug"];

    public async Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        HttpRequest request = call.Context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            throw InternalRoutes.WrongMethod(request, "POST");
        }

        RequestBytes body = await BodyReader.ReadAsync(request, InvokePayload.Limit(Limits.SyncPayloadBytes, "RequestResponse"), cancellationToken);
        InvokePayload.CheckJson(body.Memory.Span);
        FunctionVersion function = directory.ResolveInvocable(
            call.Caller, call.Target.Segments[2], call.Target.Query("Qualifier"), out FunctionReference reference);
        Invocation invocation = new()
        {
            RequestId = Guid.NewGuid().ToString(),
            Payload = body.Length == 0 ? InvokePayload.EmptyEvent : body.Memory,
            InvokedFunctionArn = reference.ToString(),
            ClientContext = null,
            TraceId = TraceId.Of(null),
            WantsLogTail = true,
        };
        return new DebugAnswer(invoker, function, invocation, DebugSession.Open(function, PortOf(call.Target.Query("Port"))));
    }

    private static int? PortOf(string? text) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue ? port
        : throw AwsError.InvalidParameterValue($"Port must be a number from 0 to {ushort.MaxValue}.");

    private sealed class DebugAnswer(Invoker invoker, FunctionVersion function, Invocation invocation, DebugSession session) : Answer(200)
    {
        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            await using (session)
            {
                response.ContentType = "application/x-ndjson";
                await WriteLineAsync(
                    response,
                    WireJson.Write(writer =>
                    {
                        writer.WriteStartObject();
                        writer.WriteString("debugger", session.Debugger);
                        if (session.Port is { } port)
                        {
                            writer.WriteNumber("port", port);
                        }

                        writer.WriteEndObject();
                    }),
                    cancellationToken);
                using InvokeOutcome outcome = await invoker.DebugAsync(function, invocation, session, cancellationToken);
                await WriteLineAsync(response, OutcomeLine(outcome), cancellationToken);
            }
        }

        private static async Task WriteLineAsync(HttpResponse response, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
            await response.BodyWriter.WriteAsync((byte[])[.. json.Span, (byte)'\n'], cancellationToken);

        private static ReadOnlyMemory<byte> OutcomeLine(InvokeOutcome outcome) => WireJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBase64String("payload", outcome.Payload.Span);
            writer.WriteBase64String("logTail", outcome.LogTail.Span);
            if (outcome.Result != InvokeResult.Succeeded)
            {
                writer.WriteString("functionError", outcome.ThrottleReason ?? "Unhandled");
            }

            writer.WriteEndObject();
        });
    }
}

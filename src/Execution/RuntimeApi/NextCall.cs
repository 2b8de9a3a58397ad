using System.Globalization;
using Lamina.Execution.Environments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Lamina.Execution.RuntimeApi;

/// <summary>GET /runtime/invocation/next: blocks until there is an event, however long.</summary>
internal static class NextCall
{
    /// <summary>The one header that may hold other letters than ASCII's; it is sent as UTF-8, as the caller wrote it.</summary>
    public const string ClientContext = "Lambda-Runtime-Client-Context";

    private static readonly StringValues Json = new("application/json");

    public static async Task HandleAsync(RuntimeRequest request)
    {
        var next = new NextRequest();
        request.Environment.Post(new EnvironmentEvent(EnvironmentEventKind.Next, next));
        InvokeJob? job;
        if (next.Task.IsCompleted)
        {
            job = await next.Task;
        }
        else
        {
            // A runtime that hangs up must not be handed an event.
            await using CancellationTokenRegistration abandoned = request.Lifetime.RequestAborted.UnsafeRegister(
                static state =>
                {
                    (ExecutionEnvironment environment, NextRequest next) = ((ExecutionEnvironment, NextRequest))state!;
                    environment.Post(new EnvironmentEvent(EnvironmentEventKind.NextAbandoned, next));
                    next.TrySetResult(null);
                },
                (request.Environment, next));
            job = await next.Task;
        }

        if (job is null)
        {
            if (next.RefusedIn is { } state)
            {
                await RuntimeAnswers.WriteStateErrorAsync(request, state, RuntimeCall.Next);
                return;
            }

            request.Lifetime.Abort();
            return;
        }

        await WriteEventAsync(request, job);
    }

    private static async Task WriteEventAsync(RuntimeRequest request, InvokeJob job)
    {
        Invocation invocation = job.Invocation;
        IHeaderDictionary headers = request.Response.Headers;
        request.Response.StatusCode = StatusCodes.Status200OK;
        headers.ContentType = Json;
        headers.ContentLength = invocation.Payload.Length;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = job.DeadlineMs.ToString(CultureInfo.InvariantCulture);
        SetIfNotEmpty(headers, "Lambda-Runtime-Invoked-Function-Arn", invocation.InvokedFunctionArn);
        SetIfNotEmpty(headers, "Lambda-Runtime-Trace-Id", invocation.TraceId);
        SetIfNotEmpty(headers, ClientContext, OnOneLine(invocation.ClientContext));
        await request.ResponseBody.Writer.WriteAsync(invocation.Payload, CancellationToken.None);
    }

    // JSON may be written over several lines, a header may not; between JSON's tokens a space means the same.
    private static string? OnOneLine(string? json) =>
        json is null || !json.AsSpan().ContainsAnyInRange('\0', '\x1f') ? json : string.Concat(json.Select(static letter => letter < ' ' ? ' ' : letter));

    private static void SetIfNotEmpty(IHeaderDictionary headers, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            headers[name] = value;
        }
    }
}

using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lamina.Bench;

/// <summary>
/// A Kestrel that does an invocation's three requests and nothing else: a caller's, which waits; next, which hands it to a worker; and the
/// worker's response, which answers the caller. No sandboxes, logs, limits or accounts.
/// </summary>
internal sealed class BareRuntimeApi : IAsyncDisposable
{
    private const string Next = "/2018-06-01/runtime/invocation/next";

    private readonly WebApplication _app;
    private readonly Channel<Invocation> _waiting = Channel.CreateUnbounded<Invocation>();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Invocation> _running = new();

    private BareRuntimeApi(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public string Authority => Address.Authority;

    public static async Task<BareRuntimeApi> StartAsync()
    {
        BareRuntimeApi bare = new(BareKestrel.Build());
        bare._app.Run(bare.HandleAsync);
        await bare._app.StartAsync();
        return bare;
    }

    /// <summary>Without HTTP on the caller's side.</summary>
    public Task<string> InvokeAsync(string payload) => Enqueue(System.Text.Encoding.UTF8.GetBytes(payload)).ContinueWith(
        static done => System.Text.Encoding.UTF8.GetString(done.Result), TaskScheduler.Default);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<byte[]> Enqueue(byte[] payload)
    {
        Invocation invocation = new(Guid.NewGuid().ToString(), payload);
        _running[invocation.Id] = invocation;
        _waiting.Writer.TryWrite(invocation);
        return invocation.Answer.Task;
    }

    private Task HandleAsync(HttpContext context) => context.Request.Path.Value! switch
    {
        Next => NextAsync(context),
        var path when path.EndsWith("/response", StringComparison.Ordinal) => RespondAsync(context, path.Split('/')[^2]),
        _ => CallAsync(context),
    };

    private async Task CallAsync(HttpContext context)
    {
        byte[] answer = await Enqueue(await ReadAsync(context));
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer);
    }

    private async Task NextAsync(HttpContext context)
    {
        Invocation invocation = await _waiting.Reader.ReadAsync(context.RequestAborted);
        IHeaderDictionary headers = context.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.Id;
        headers["Lambda-Runtime-Deadline-Ms"] = "4102444800000";
        headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:000000000000:function:fresh";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = invocation.Payload.Length;
        await context.Response.Body.WriteAsync(invocation.Payload);
    }

    private async Task RespondAsync(HttpContext context, string id)
    {
        byte[] answer = await ReadAsync(context);
        _running.TryRemove(id, out Invocation? invocation);
        invocation?.Answer.TrySetResult(answer);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentLength = 0;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        byte[] body = new byte[context.Request.ContentLength ?? 0];
        await context.Request.Body.ReadExactlyAsync(body);
        return body;
    }

    private sealed record Invocation(string Id, byte[] Payload)
    {
        public TaskCompletionSource<byte[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using System.Buffers;
using System.IO.Pipelines;
using Lamina.Contract;
using Lamina.Execution;
using Microsoft.AspNetCore.Http;

namespace Lamina.Gateway;

/// <summary>
/// A response that a function streams through its URL. What the runtime calls an HTTP integration response begins with JSON that
/// says status, headers and cookies, and eight NUL bytes; anything else is the body of a 200 with the type the runtime gave.
/// </summary>
internal static class UrlStream
{
    private const string IntegrationResponse = "application/vnd.awslambda.http-integration-response";

    private static ReadOnlySpan<byte> PreludeEnd => "\0\0\0\0\0\0\0\0"u8;

    /// <summary>Status and headers of a response that has begun; null when its beginning makes none.</summary>
    public static async Task<UrlResponse?> ReadHeadAsync(ResponseStream stream, CancellationToken cancellationToken)
    {
        string? contentType = await stream.Begun;
        if (contentType != IntegrationResponse)
        {
            return UrlResponse.OfStream(contentType);
        }

        while (true)
        {
            ReadResult read = await stream.Body.ReadAsync(cancellationToken);
            if (TryReadPrelude(read.Buffer, out byte[] prelude, out SequencePosition body))
            {
                stream.Body.AdvanceTo(body);
                return UrlResponse.OfPrelude(prelude);
            }

            stream.Body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.Buffer.Length > Limits.ResponsePreludeBytes)
            {
                return null;
            }
        }
    }

    /// <summary>Returns when the function has written all, however that ended.</summary>
    public static async Task RelayAsync(ResponseStream stream, HttpResponse response, CancellationToken cancellationToken)
    {
        if (UrlAnswer.HasNoContent(response) || HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            stream.Abandon();
            return;
        }

        await response.StartAsync(cancellationToken);
        ReadResult read;
        do
        {
            read = await stream.Body.ReadAsync(cancellationToken);
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                await response.BodyWriter.WriteAsync(part, cancellationToken);
            }

            stream.Body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    private static bool TryReadPrelude(in ReadOnlySequence<byte> bytes, out byte[] prelude, out SequencePosition body)
    {
        SequenceReader<byte> reader = new(bytes);
        bool found = reader.TryReadTo(out ReadOnlySequence<byte> json, PreludeEnd);
        prelude = found ? json.ToArray() : [];
        body = reader.Position;
        return found;
    }
}

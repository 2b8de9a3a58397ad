using System.Globalization;
using Lamina.Contract;
using Lamina.Layers;
using Lamina.Server.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Internal;

/// <summary>GET /_lamina/content/DIGEST?Expires=…&amp;Signature=…: the archive, whole or one range of it.</summary>
internal sealed class Content(ArchiveStore archives, ContentLinks links) : IInternalRoute
{
    public IReadOnlyList<string> Path { get; } = ["content", "*"];

    public bool ForFunctions => true;

    public Task<Answer> HandleAsync(InternalCall call, CancellationToken cancellationToken)
    {
        InternalRoutes.RequireGet(call.Context.Request);
        if (!Sha256.TryParse(call.Target.Segments[2], out Sha256 digest))
        {
            throw NotFound();
        }

        links.Check(digest, call.Target.Query("Expires"), call.Target.Query("Signature"));
        return Task.FromResult<Answer>(ContentAnswer.Of(Open(digest, cancellationToken), call.Context.Request.Headers.Range));
    }

    private Stream Open(Sha256 digest, CancellationToken cancellationToken)
    {
        try
        {
            return archives.OpenVerified(digest, cancellationToken);
        }
        catch (ArchiveNotFoundException)
        {
            throw NotFound();
        }
        catch (InvalidDataException damaged)
        {
            throw new AwsError("ServiceException", 500, damaged.Message, AwsErrorBody.LowerMessageOnly, damaged);
        }
    }

    private static AwsError NotFound() => new("NotFoundException", 404, "There is no such content.", AwsErrorBody.LowerMessageOnly);

    private sealed class ContentAnswer(int status, Stream content, long start, long count) : Answer(status)
    {
        // RFC 9110 14.2: a Range that cannot be understood, or asks for several parts, may be ignored.
        public static ContentAnswer Of(Stream content, string? range)
        {
            long length = content.Length;
            if (!RangeHeaderValue.TryParse(range, out RangeHeaderValue? parsed) || parsed.Unit != "bytes" || parsed.Ranges.Count != 1)
            {
                return Make(200, content, 0, length, contentRange: null);
            }

            RangeItemHeaderValue part = parsed.Ranges.Single();
            long start = part.From ?? Math.Max(0, length - part.To!.Value);
            long end = part.From is null ? length - 1 : Math.Min(part.To ?? long.MaxValue, length - 1);
            return start <= end
                ? Make(206, content, start, end - start + 1, string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end}/{length}"))
                : Make(416, content, 0, 0, string.Create(CultureInfo.InvariantCulture, $"bytes */{length}"));
        }

        public override void Dispose() => content.Dispose();

        protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            response.ContentType = "application/zip";
            response.ContentLength = count;
            content.Position = start;
            long left = count;
            while (left > 0)
            {
                Memory<byte> buffer = response.BodyWriter.GetMemory(64 * 1024);
                int read = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException($"The archive ends {left} bytes early.");
                }

                response.BodyWriter.Advance(read);
                left -= read;
                await response.BodyWriter.FlushAsync(cancellationToken);
            }
        }

        private static ContentAnswer Make(int status, Stream content, long start, long count, string? contentRange)
        {
            ContentAnswer answer = new(status, content, start, count);
            answer.Headers.Add(new(HeaderNames.AcceptRanges, "bytes"));
            if (contentRange is not null)
            {
                answer.Headers.Add(new(HeaderNames.ContentRange, contentRange));
            }

            return answer;
        }
    }
}

using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.S3;

/// <summary>An object's bytes, or a range of them, streamed; for HEAD only their number.</summary>
internal sealed class ObjectAnswer(int status, Stream? content, long start, long count) : Answer(status)
{
    private const int ReadBytes = 64 * 1024;

    public override void Dispose() => content?.Dispose();

    protected override async Task WriteBodyAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.ContentLength = count;
        if (content is null)
        {
            return;
        }

        content.Position = start;
        long left = count;
        while (left > 0)
        {
            Memory<byte> buffer = response.BodyWriter.GetMemory(ReadBytes);
            int read = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            response.BodyWriter.Advance(read);
            left -= read;
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }
}

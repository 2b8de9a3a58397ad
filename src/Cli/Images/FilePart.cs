using Microsoft.Win32.SafeHandles;

namespace Lamina.Cli.Images;

/// <summary>A stretch of a file, read as a stream of its own.</summary>
internal sealed class FilePart(SafeFileHandle file, long offset, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int start, int count) => Read(buffer.AsSpan(start, count));

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Clamp(length - Position, 0, buffer.Length);
        int read = RandomAccess.Read(file, buffer[..wanted], offset + Position);
        Position += read;
        return read;
    }

    public override long Seek(long where, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => where,
        SeekOrigin.Current => Position + where,
        _ => length + where,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int start, int count) => throw new NotSupportedException();
}

using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>
/// An object's blobs as one seekable stream. Opens a blob when it is come to, so an object of 10,000 parts holds one file open; holds all
/// of them by a lease, so whoever reads an object reads it to its end, though it be deleted meanwhile.
/// </summary>
internal sealed class ObjectStream : ReadOnlyStream
{
    private readonly IBlobStore _blobs;
    private readonly ObjectContent _content;
    private readonly DigestLease _lease;
    private readonly long[] _starts;
    private Stream? _open;
    private int _openIndex = -1;
    private long _position;

    /// <param name="end">Where reading ends, at the content's end or before.</param>
    public ObjectStream(IBlobStore blobs, ObjectContent content, long start, long end)
    {
        _position = start;
        Length = end;
        _blobs = blobs;
        _content = content;
        _lease = blobs.Leases.Begin();
        _starts = new long[content.Blobs.Length];
        for (int i = 1; i < _starts.Length; i++)
        {
            _starts[i] = _starts[i - 1] + content.Blobs[i - 1].SizeBytes;
        }
    }

    /// <summary>A blob that cannot be had, because a collection has taken it since the object was looked up or it was lost; or null.</summary>
    public Sha256? Hold()
    {
        foreach (ContentBlob blob in _content.Blobs)
        {
            if (!_lease.TryHold(blob.Digest) || _blobs.FindLength(blob.Digest) is null)
            {
                return blob.Digest;
            }
        }

        return null;
    }

    public override bool CanSeek => true;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        Stream blob = OpenAtPosition(out long left);
        int count = blob.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        return Moved(count);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        Stream blob = OpenAtPosition(out long left);
        int count = await blob.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        return Moved(count);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _open?.Dispose();
            _lease.Dispose();
        }

        base.Dispose(disposing);
    }

    private Stream OpenAtPosition(out long left)
    {
        int found = Array.BinarySearch(_starts, _position);
        int index = found >= 0 ? found : ~found - 1;

        // Blobs without bytes share their start with the next one.
        while (_content.Blobs[index].SizeBytes == 0 || _starts[index] + _content.Blobs[index].SizeBytes <= _position)
        {
            index++;
        }

        if (index != _openIndex)
        {
            _open?.Dispose();
            _open = _blobs.OpenRead(_content.Blobs[index].Digest);
            _openIndex = index;
        }

        long offset = _position - _starts[index];
        left = Math.Min(_content.Blobs[index].SizeBytes - offset, Length - _position);
        _open!.Position = offset;
        return _open;
    }

    private int Moved(int count)
    {
        _position += count;
        return count > 0 ? count : throw new EndOfStreamException($"The blob {_content.Blobs[_openIndex].Digest} ends early.");
    }
}

using Lamina.Contract;

namespace Lamina.Layers;

/// <summary>An archive as it comes to an operation: bytes of the request itself, or a seekable stream over an object in S3.</summary>
public sealed class ArchiveUpload : IDisposable
{
    private readonly Stream? _object;
    private readonly ReadOnlyMemory<byte> _bytes;

    private long _limitBytes = Limits.ZippedUploadBytes;

    private ArchiveUpload(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private ArchiveUpload(Stream content) => _object = content;

    public bool IsEmpty => Length == 0;

    internal long Length => _object?.Length ?? _bytes.Length;

    public static implicit operator ArchiveUpload(ReadOnlyMemory<byte> bytes) => FromBytes(bytes);

    public static implicit operator ArchiveUpload(byte[]? bytes) => FromBytes(bytes);

    public static ArchiveUpload FromBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Content that a client sends anew on each change: it is not what AWS limits, and may be as large as what is in it.</summary>
    public static ArchiveUpload FromDevSession(ReadOnlyMemory<byte> bytes) => new(bytes) { _limitBytes = Limits.DevArchiveBytes };

    /// <param name="content">Seekable; disposed with the upload. It is read where it lies, never as a whole into memory.</param>
    public static ArchiveUpload FromObject(Stream content) => new(content);

    public void Dispose() => _object?.Dispose();

    /// <summary>Throws for what is larger than its way in allows: a zip in S3 may be as large as what is in it may be.</summary>
    internal ArchiveSource Open()
    {
        if (_object is null)
        {
            return Length <= _limitBytes ? new MemoryArchive(_bytes) : throw ArchiveFault.ZippedTooLarge(_limitBytes);
        }

        return Length <= Limits.UnzippedBytes ? new StreamArchive(_object) : throw ArchiveFault.UnzippedTooLarge();
    }
}

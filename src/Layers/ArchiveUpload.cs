using Lamina.Contract;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>An archive on its way in, with the limit of the way it takes: a request's own bytes, an object in S3, a file of an import.</summary>
public sealed class ArchiveUpload : IDisposable
{
    private readonly ArchiveSource _source;
    private readonly long _limitBytes;
    private readonly Func<AwsError> _tooLarge;
    private readonly IDisposable? _owned;

    private ArchiveUpload(ArchiveSource source, long limitBytes, Func<AwsError> tooLarge, IDisposable? owned)
    {
        _source = source;
        _limitBytes = limitBytes;
        _tooLarge = tooLarge;
        _owned = owned;
    }

    public bool IsEmpty => _source.Length == 0;

    public static implicit operator ArchiveUpload(ReadOnlyMemory<byte> bytes) => FromBytes(bytes);

    public static implicit operator ArchiveUpload(byte[]? bytes) => FromBytes(bytes);

    public static ArchiveUpload FromBytes(ReadOnlyMemory<byte> bytes) => Of(new MemoryArchive(bytes), Limits.ZippedUploadBytes);

    /// <summary>Content that a client sends anew on each change: it is not what AWS limits, and may be as large as what is in it.</summary>
    public static ArchiveUpload FromDevSession(ReadOnlyMemory<byte> bytes) => Of(new MemoryArchive(bytes), Limits.DevArchiveBytes);

    /// <summary>A zip in S3 may be as large as what is in it may be.</summary>
    /// <param name="content">Seekable; disposed with the upload. It is read where it lies, never as a whole into memory.</param>
    public static ArchiveUpload FromObject(Stream content) =>
        new(new StreamArchive(content), Limits.UnzippedBytes, ArchiveFault.UnzippedTooLarge, content);

    /// <summary>An archive in a part of a file that stays the caller's.</summary>
    public static ArchiveUpload FromImport(SafeFileHandle file, long offset, long length) => new(
        new FileArchive(file, offset, length),
        Limits.ImportedArchiveBytes,
        static () => AwsError.RequestEntityTooLarge($"An imported archive must not be larger than {Limits.ImportedArchiveBytes} bytes"),
        owned: null);

    public void Dispose() => _owned?.Dispose();

    /// <summary>Throws for what is larger than its way in allows.</summary>
    internal ArchiveSource Open() => _source.Length <= _limitBytes ? _source : throw _tooLarge();

    private static ArchiveUpload Of(ArchiveSource source, long limitBytes) =>
        new(source, limitBytes, () => ArchiveFault.ZippedTooLarge(limitBytes), owned: null);
}

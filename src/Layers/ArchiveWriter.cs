using System.Security.Cryptography;
using Lamina.Contract;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>The file of an archive while it is written; nobody sees it before <see cref="ArchiveStore.Publish"/>.</summary>
internal sealed class ArchiveWriter : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    public ArchiveWriter(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
    }

    public long Length { get; private set; }

    public bool HasRecipe { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, Length);
        Length += bytes.Length;
    }

    public void Write(ArchiveSource source, long offset, long length, CancellationToken cancellationToken)
    {
        byte[] scratch = new byte[Math.Min(length, 8 * ArchiveMatcher.ScratchBytes)];
        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int part = (int)Math.Min(length, scratch.Length);
            Write(source.Take(offset, scratch.AsSpan(0, part)));
            offset += part;
            length -= part;
        }
    }

    public void WriteRecipe(ArchiveRecipe recipe, Sha256 self)
    {
        Write(recipe.ToBytes(self));
        HasRecipe = true;
    }

    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void MoveTo(string path)
    {
        long onDisk = RandomAccess.GetLength(_file);
        if (onDisk != Length)
        {
            throw new IOException($"{path}: {onDisk} bytes are on the disk; {Length} were written.");
        }

        File.SetUnixFileMode(_file, UnixFileMode.UserRead);
        File.Move(_path, path, overwrite: true);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}

internal static class ArchiveHash
{
    public static Sha256 Of(ArchiveSource source, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] scratch = new byte[8 * ArchiveMatcher.ScratchBytes];
        for (long offset = 0; offset < source.Length; offset += scratch.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(source.Take(offset, scratch.AsSpan(0, (int)Math.Min(scratch.Length, source.Length - offset))));
        }

        return new Sha256(hash.GetHashAndReset());
    }
}

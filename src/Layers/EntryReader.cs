using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Lamina.Contract;
using Microsoft.Win32.SafeHandles;

namespace Lamina.Layers;

/// <summary>What all readers of one archive may inflate together. Declared sizes count for nothing here.</summary>
internal sealed class InflationBudget
{
    private long _inflated;

    /// <summary>An archive must stay below the limit (recorded), whereas code and layers together may reach it.</summary>
    public void Spend(long bytes)
    {
        if (Interlocked.Add(ref _inflated, bytes) >= Limits.UnzippedBytes)
        {
            throw ArchiveFault.UnzippedTooLarge();
        }
    }
}

/// <summary>Reads the content of entries, one at a time, and checks it while reading. One per thread.</summary>
internal sealed class EntryReader(ArchiveSource source, InflationBudget budget) : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    // Linux PATH_MAX with its closing NUL: symlink(2) takes no longer target.
    private const int LinkTargetBytes = 4095;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private readonly ArchiveSlice _slice = new(source);
    private readonly Crc32 _crc = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The digest of an entry's content; the content goes to <paramref name="destination"/> when there is one.</summary>
    public Sha256 Read(ArchiveEntry entry, SafeFileHandle? destination)
    {
        _slice.MoveTo(entry.DataOffset, entry.CompressedBytes);
        try
        {
            if (entry.Deflated)
            {
                using DeflateStream inflating = new(_slice, CompressionMode.Decompress, leaveOpen: true);
                return Read(entry, inflating, destination);
            }

            return Read(entry, _slice, destination);
        }
        catch (InvalidDataException damaged)
        {
            throw new AwsError(
                "InvalidParameterValueException",
                400,
                ArchiveFault.At(entry.Path, "its compressed content is damaged.").Message,
                AwsErrorBody.TypeAndLowerMessage,
                damaged);
        }
        finally
        {
            _crc.Reset();
        }
    }

    /// <summary>The text of a symbolic link, checked as content is.</summary>
    public string ReadLinkTarget(ArchiveEntry entry)
    {
        if (entry.SizeBytes is 0 or > LinkTargetBytes)
        {
            throw ArchiveFault.At(entry.Path, $"it is a symbolic link whose target has {entry.SizeBytes} bytes; 1 to {LinkTargetBytes} are possible.");
        }

        // Shorter than the buffer, so after reading it is all there.
        Read(entry, destination: null);
        ReadOnlySpan<byte> target = _buffer.AsSpan(0, (int)entry.SizeBytes);
        if (!Utf8.IsValid(target) || target.Contains((byte)0))
        {
            throw ArchiveFault.At(entry.Path, "it is a symbolic link whose target is not UTF-8 text.");
        }

        return Encoding.UTF8.GetString(target);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _hash.Dispose();
    }

    private Sha256 Read(ArchiveEntry entry, Stream content, SafeFileHandle? destination)
    {
        Span<byte> digest = stackalloc byte[Sha256.SizeBytes];
        long read = 0;
        try
        {
            for (int count = Fill(content); count > 0; count = Fill(content))
            {
                ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, count);
                budget.Spend(count);
                if (read + count > entry.SizeBytes)
                {
                    throw ArchiveFault.At(entry.Path, $"it has more content than the {entry.SizeBytes} bytes it declares.");
                }

                _crc.Append(bytes);
                _hash.AppendData(bytes);
                if (destination is not null)
                {
                    RandomAccess.Write(destination, bytes, read);
                }

                read += count;
            }
        }
        finally
        {
            _hash.GetHashAndReset(digest);
        }

        if (read != entry.SizeBytes)
        {
            throw ArchiveFault.At(entry.Path, $"it has {read} bytes of content but declares {entry.SizeBytes}.");
        }

        return _crc.GetCurrentHashAsUInt32() == entry.Crc
            ? new Sha256(digest)
            : throw ArchiveFault.At(entry.Path, "its checksum (CRC-32) is wrong.");
    }

    /// <summary>As much as fits: most files come whole, and hashing and writing in one go is cheaper.</summary>
    private int Fill(Stream content)
    {
        int filled = 0;
        while (filled < BufferBytes)
        {
            int count = content.Read(_buffer, filled, BufferBytes - filled);
            if (count == 0)
            {
                break;
            }

            filled += count;
        }

        return filled;
    }
}

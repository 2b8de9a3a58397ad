using System.Text;
using Lamina.Contract;

namespace Lamina.Images;

/// <summary>
/// Reads a layer's tar forwards: ustar, with the extensions of pax and of GNU tar that container tools write. Nothing in it is believed:
/// checksums, sizes and texts are checked, and what headers may take of memory has a limit.
/// </summary>
internal sealed class TarReader(Stream tar)
{
    private const int BlockBytes = 512;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _skipped = new byte[64 * 1024];
    private long _left;
    private int _padding;

    /// <summary>The next entry, whatever is left of the one before; null at the archive's end.</summary>
    public async ValueTask<TarEntry?> ReadNextAsync(CancellationToken cancellationToken)
    {
        TarExtension extension = new();
        while (true)
        {
            await SkipAsync(_left + _padding, cancellationToken);
            _left = _padding = 0;
            if (await tar.ReadAtLeastAsync(_block, BlockBytes, throwOnEndOfStream: false, cancellationToken) is var read && read < BlockBytes)
            {
                return read == 0 ? null : throw Cut();
            }

            if (!_block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return null;
            }

            TarHeader header = TarHeader.Read(_block);
            switch (header.Type)
            {
                case 'x' or 'g' or 'L' or 'K':
                    byte[] content = await ReadExtensionAsync(header.SizeBytes, cancellationToken);
                    extension.Take(header.Type, content);
                    break;
                default:
                    TarEntry entry = extension.Apply(header);
                    _left = entry.SizeBytes;
                    _padding = PaddingOf(entry.SizeBytes);
                    return entry;
            }
        }
    }

    /// <summary>Reads on in the present file's content; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        int read = await tar.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read > 0 ? read : throw Cut();
    }

    private async ValueTask<byte[]> ReadExtensionAsync(long sizeBytes, CancellationToken cancellationToken)
    {
        if (sizeBytes > Limits.TarHeaderBytes)
        {
            throw ImageFault.Layer($"an extended header has {sizeBytes} bytes, more than {Limits.TarHeaderBytes}.");
        }

        byte[] content = new byte[sizeBytes];
        if (await tar.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken) < content.Length)
        {
            throw Cut();
        }

        _padding = PaddingOf(sizeBytes);
        return content;
    }

    private async ValueTask SkipAsync(long bytes, CancellationToken cancellationToken)
    {
        while (bytes > 0)
        {
            int read = await tar.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(bytes, _skipped.Length)), cancellationToken);
            bytes -= read > 0 ? read : throw Cut();
        }
    }

    private static int PaddingOf(long sizeBytes) => (int)((BlockBytes - (sizeBytes % BlockBytes)) % BlockBytes);

    private static AwsError Cut() => ImageFault.Layer("its tar archive is cut short.");
}

/// <summary>One block of 512 bytes, taken apart.</summary>
internal sealed record TarHeader(char Type, byte[] Name, byte[] Target, int Mode, long SizeBytes, long ModifiedAt)
{
    private const int ChecksumAt = 148;
    private const int ChecksumBytes = 8;

    public static TarHeader Read(ReadOnlySpan<byte> block)
    {
        if (Number(block.Slice(ChecksumAt, ChecksumBytes)) != Sum(block))
        {
            throw ImageFault.Layer("it is no tar archive, or a damaged one: the checksum of a header is wrong.");
        }

        // GNU tar has other things where POSIX has the prefix, and says so by a blank in the magic.
        bool hasPrefix = block.Slice(257, 6).SequenceEqual("ustar\0"u8);
        ReadOnlySpan<byte> prefix = hasPrefix ? Text(block.Slice(345, 155)) : default;
        ReadOnlySpan<byte> name = Text(block[..100]);
        return new TarHeader(
            (char)block[156],
            prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name],
            Text(block.Slice(157, 100)).ToArray(),
            (int)(Number(block.Slice(100, 8)) & 0xFFF),
            Number(block.Slice(124, 12)),
            Number(block.Slice(136, 12)));
    }

    private static long Sum(ReadOnlySpan<byte> block)
    {
        long sum = ChecksumBytes * ' ';
        for (int i = 0; i < block.Length; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + ChecksumBytes ? 0 : block[i];
        }

        return sum;
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    /// <summary>Octal digits, or, where the first bit is set, a binary number (GNU tar, for what does not fit).</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return Binary(field);
        }

        long value = 0;
        foreach (byte digit in field.Trim((byte)' ').Trim((byte)0).Trim((byte)' '))
        {
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value * 8) + digit - '0' : throw Bad();
        }

        return value;
    }

    private static long Binary(ReadOnlySpan<byte> field)
    {
        // A negative one can only be a time, before 1970: nobody needs it.
        if ((field[0] & 0x40) != 0)
        {
            return 0;
        }

        long value = field[0] & 0x3F;
        foreach (byte part in field[1..])
        {
            value = value >> 54 == 0 ? (value << 8) | part : throw Bad();
        }

        return value;
    }

    private static AwsError Bad() => ImageFault.Layer("a number in a header of its tar archive cannot be read.");
}

/// <summary>What extended headers say of the entry behind them.</summary>
internal sealed class TarExtension
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private byte[]? _name;
    private byte[]? _target;
    private string? _size;

    /// <summary>A pax header (x), a GNU long name (L) or long link (K). A global pax header (g) says nothing that is needed.</summary>
    public void Take(char type, byte[] content)
    {
        switch (type)
        {
            case 'L':
                _name = WithoutEnd(content);
                break;
            case 'K':
                _target = WithoutEnd(content);
                break;
            case 'x':
                TakeRecords(content);
                break;
        }
    }

    public TarEntry Apply(TarHeader header)
    {
        byte[] name = _name ?? header.Name;
        TarEntryKind kind = header.Type switch
        {
            // Before POSIX a folder was a file whose name ends so.
            '\0' when name is [.., (byte)'/'] => TarEntryKind.Directory,
            '\0' or '0' or '7' => TarEntryKind.File,
            '1' => TarEntryKind.HardLink,
            '2' => TarEntryKind.Symlink,
            '5' => TarEntryKind.Directory,
            '3' or '4' or '6' => TarEntryKind.Special,
            var other => throw ImageFault.Layer($"its tar archive has an entry of the kind '{(char.IsAscii(other) ? other : '?')}', which no image needs."),
        };
        long size = kind != TarEntryKind.File ? 0
            : _size is null ? header.SizeBytes
            : long.TryParse(_size, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long said) ? said
            : throw ImageFault.Layer("a size in its tar archive cannot be read.");
        return new TarEntry(
            kind, Decode(name), kind is TarEntryKind.HardLink or TarEntryKind.Symlink ? Decode(_target ?? header.Target) : "", header.Mode, size,
            DateTimeOffset.FromUnixTimeSeconds(Math.Min(header.ModifiedAt, LastSecond)));
    }

    /// <summary><c>27 path=some/long/name\n</c>: length of the whole record, key, value.</summary>
    private void TakeRecords(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            int blank = records.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(records[..blank], System.Globalization.NumberStyles.None, null, out int length)
                || length <= blank + 1 || length > records.Length || records[length - 1] != '\n')
            {
                throw ImageFault.Layer("an extended header of its tar archive cannot be read.");
            }

            ReadOnlySpan<byte> record = records[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            TakeRecord(equals < 0 ? record : record[..equals], equals < 0 ? default : record[(equals + 1)..]);
            records = records[length..];
        }
    }

    private void TakeRecord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("path"u8))
        {
            _name = value.ToArray();
        }
        else if (key.SequenceEqual("linkpath"u8))
        {
            _target = value.ToArray();
        }
        else if (key.SequenceEqual("size"u8))
        {
            _size = Encoding.ASCII.GetString(value);
        }
        else if (key.StartsWith("GNU.sparse."u8))
        {
            throw ImageFault.Layer("its tar archive has sparse files, which no image needs.");
        }
    }

    private static byte[] WithoutEnd(byte[] content) => content.AsSpan().TrimEnd((byte)0).ToArray();

    private static string Decode(byte[] text)
    {
        try
        {
            string decoded = Utf8.GetString(text);
            return decoded.Contains('\0', StringComparison.Ordinal) ? throw ImageFault.Layer("a name in it has a NUL.") : decoded;
        }
        catch (DecoderFallbackException)
        {
            throw ImageFault.Layer($"a name in it is not UTF-8: {Encoding.Latin1.GetString(text)}");
        }
    }
}

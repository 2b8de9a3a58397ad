using System.Buffers.Binary;
using System.Text;

namespace Lamina.Layers.Inspection;

/// <summary>
/// Reads an ELF file's header and what the dynamic linker would ask of the machine: 1. header; 2. program headers: interpreter, dynamic
/// section, and where addresses are in the file; 3. dynamic section: libraries needed, table of required versions; 4. that table: GLIBC_x.y.
/// The file is a stranger's: every offset is checked, every list has an end, and what makes no sense is left out.
/// </summary>
internal sealed class ElfReader
{
    private const int HeaderBytes = 64;
    private const int ListLimit = 4_096;
    private const int NameBytes = 256;

    // <elf.h>
    private const uint PT_LOAD = 1;
    private const uint PT_DYNAMIC = 2;
    private const uint PT_INTERP = 3;
    private const ulong DT_NEEDED = 1;
    private const ulong DT_STRTAB = 5;
    private const ulong DT_VERNEED = 0x6ffffffe;

    private readonly FileContent _file;
    private readonly List<(ulong Address, ulong Offset, ulong Bytes)> _segments = [];

    private ElfReader(FileContent file) => _file = file;

    public static bool IsElf(ReadOnlySpan<byte> start) => start.StartsWith("\u007fELF"u8);

    /// <summary>Null when the file is none, or not a little-endian one.</summary>
    public static ElfFacts? Read(FileContent file)
    {
        // 1
        byte[] header = new byte[HeaderBytes];
        if (file.Read(0, header) < 52 || !IsElf(header) || header[5] != 1)
        {
            return null;
        }

        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18));
        bool is64Bit = header[4] == 2;
        if (!is64Bit)
        {
            // No Lambda runs it, whatever it needs beside.
            return new ElfFacts(machine, Is64Bit: false, Glibc: null, NeedsMusl: false);
        }

        (Version? glibc, bool musl) = new ElfReader(file).ReadNeeds(header);
        return new ElfFacts(machine, Is64Bit: true, glibc, musl);
    }

    private (Version? Glibc, bool Musl) ReadNeeds(byte[] header)
    {
        // 2
        ulong offset = U64(header, 32);
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(54));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        byte[]? programs = entryBytes == 56 && count <= ListLimit ? Bytes(offset, 56 * count) : null;
        (ulong Offset, ulong Size) dynamic = default;
        string interpreter = string.Empty;
        for (int at = 0; programs is not null && at < programs.Length; at += 56)
        {
            ulong start = U64(programs, at + 8);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(programs.AsSpan(at)))
            {
                case PT_LOAD:
                    _segments.Add((U64(programs, at + 16), start, U64(programs, at + 32)));
                    break;
                case PT_DYNAMIC:
                    dynamic = (start, U64(programs, at + 32));
                    break;
                case PT_INTERP:
                    interpreter = Name(start);
                    break;
            }
        }

        // 3, 4
        (Version? glibc, bool needsMusl) = ReadDynamic(dynamic.Offset, dynamic.Size);
        return (glibc, needsMusl || interpreter.Contains("/ld-musl-", StringComparison.Ordinal));
    }

    private (Version? Glibc, bool Musl) ReadDynamic(ulong offset, ulong size)
    {
        byte[]? dynamic = Bytes(offset, (int)Math.Min(size, 16 * ListLimit) / 16 * 16);
        if (dynamic is null)
        {
            return default;
        }

        List<ulong> needed = [];
        ulong? strings = null;
        ulong? versions = null;
        for (int at = 0; at < dynamic.Length; at += 16)
        {
            ulong value = U64(dynamic, at + 8);
            switch (U64(dynamic, at))
            {
                case DT_NEEDED:
                    needed.Add(value);
                    break;
                case DT_STRTAB:
                    strings = InFile(value);
                    break;
                case DT_VERNEED:
                    versions = InFile(value);
                    break;
            }
        }

        if (strings is not { } table)
        {
            return default;
        }

        bool musl = needed.Any(name => Name(table + name).StartsWith("libc.musl-", StringComparison.Ordinal));
        return (versions is { } at4 ? ReadVersions(at4, table) : null, musl);
    }

    /// <summary>Verneed names a library and has Vernaux records behind it, one per version; both lists are linked by relative offsets.</summary>
    private Version? ReadVersions(ulong offset, ulong strings)
    {
        Version? highest = null;
        for (int libraries = 0; libraries < ListLimit && Bytes(offset, 16) is { } library; libraries++)
        {
            int versions = BinaryPrimitives.ReadUInt16LittleEndian(library.AsSpan(2));
            ulong at = offset + U32(library, 8);
            for (int i = 0; i < Math.Min(versions, ListLimit) && Bytes(at, 16) is { } version; i++)
            {
                Version? required = ParseGlibc(Name(strings + U32(version, 8)));
                highest = required > highest ? required : highest;
                at += U32(version, 12);
            }

            uint next = U32(library, 12);
            if (next == 0)
            {
                break;
            }

            offset += next;
        }

        return highest;
    }

    // GLIBC_2.34; GLIBC_PRIVATE and GLIBC_ABI_DT_RELR are no versions.
    private static Version? ParseGlibc(string name) =>
        name.StartsWith("GLIBC_", StringComparison.Ordinal) && Version.TryParse(name.AsSpan("GLIBC_".Length), out Version? version) ? version : null;

    private ulong? InFile(ulong address)
    {
        foreach ((ulong start, ulong offset, ulong bytes) in _segments)
        {
            if (address >= start && address - start < bytes)
            {
                return offset + (address - start);
            }
        }

        return null;
    }

    private string Name(ulong offset)
    {
        byte[] bytes = new byte[NameBytes];
        int read = offset < (ulong)_file.Length ? _file.Read((long)offset, bytes) : 0;
        int end = Array.IndexOf(bytes, (byte)0, 0, read);
        return end < 0 ? string.Empty : Encoding.UTF8.GetString(bytes, 0, end);
    }

    private byte[]? Bytes(ulong offset, int count)
    {
        if (count <= 0 || offset > (ulong)_file.Length || (ulong)count > (ulong)_file.Length - offset)
        {
            return null;
        }

        byte[] bytes = new byte[count];
        return _file.Read((long)offset, bytes) == count ? bytes : null;
    }

    private static ulong U64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}

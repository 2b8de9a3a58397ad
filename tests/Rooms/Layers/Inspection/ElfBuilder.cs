using System.Buffers.Binary;
using System.Text;

namespace Lamina.Rooms.Tests.Layers.Inspection;

/// <summary>Small shared objects, byte by byte: header, three program headers, dynamic section, required versions, strings.</summary>
internal static class ElfBuilder
{
    public const ushort X8664 = 62;
    public const ushort Arm64 = 183;

    private const int Strings = 0x400;
    private const int Versions = 0x300;
    private const int Dynamic = 0x200;
    private const int Interpreter = 0x180;
    private const int Size = 0x500;

    public static byte[] Of(ushort machine, string[]? versions = null, string interpreter = "/lib64/ld-linux-x86-64.so.2", string needed = "libc.so.6")
    {
        byte[] file = new byte[Size];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(file, 0);
        U16(file, 16, 3);
        U16(file, 18, machine);
        U64(file, 32, 64);
        U16(file, 54, 56);
        U16(file, 56, 3);

        // The segment's addresses are not its offsets, as in real files.
        const ulong Base = 0x10000;
        Program(file, 64, type: 1, offset: 0, address: Base, bytes: Size);
        Program(file, 120, type: 2, offset: Dynamic, address: Base + Dynamic, bytes: 4 * 16);
        Program(file, 176, type: 3, offset: Interpreter, address: Base + Interpreter, bytes: 64);
        Encoding.ASCII.GetBytes(interpreter).CopyTo(file, Interpreter);

        List<byte> strings = [0];
        int neededAt = Add(strings, needed);
        U64(file, Dynamic, 1);
        U64(file, Dynamic + 8, (ulong)neededAt);
        U64(file, Dynamic + 16, 5);
        U64(file, Dynamic + 24, Base + Strings);
        if (versions is not null)
        {
            U64(file, Dynamic + 32, 0x6ffffffe);
            U64(file, Dynamic + 40, Base + Versions);
            U16(file, Versions, 1);
            U16(file, Versions + 2, (ushort)versions.Length);
            U32(file, Versions + 4, (uint)neededAt);
            U32(file, Versions + 8, 16);
            for (int i = 0; i < versions.Length; i++)
            {
                int at = Versions + 16 + (i * 16);
                U32(file, at + 8, (uint)Add(strings, versions[i]));
                U32(file, at + 12, i < versions.Length - 1 ? 16u : 0u);
            }
        }

        strings.CopyTo(file, Strings);
        return file;
    }

    private static int Add(List<byte> strings, string text)
    {
        int at = strings.Count;
        strings.AddRange(Encoding.ASCII.GetBytes(text));
        strings.Add(0);
        return at;
    }

    private static void Program(byte[] file, int at, uint type, ulong offset, ulong address, ulong bytes)
    {
        U32(file, at, type);
        U64(file, at + 8, offset);
        U64(file, at + 16, address);
        U64(file, at + 32, bytes);
    }

    private static void U16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void U32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

    private static void U64(byte[] file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
}

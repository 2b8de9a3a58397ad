using System.Buffers.Binary;
using System.Diagnostics;

namespace Lamina.Companions.S3;

/// <summary>
/// The CRC of two pieces one after the other from the CRCs of each: appending n bytes multiplies the first one's remainder by x^(8n),
/// so it is multiplied by that power, found by squaring, and the second one's is added. Bits are reflected, as in all three CRCs.
/// </summary>
internal static class CrcCombination
{
    public const ulong Crc64NvmePolynomial = 0x9A6C9329AC4BC9B5;
    private const uint Crc32Polynomial = 0xEDB88320;
    private const uint Crc32CPolynomial = 0x82F63B78;

    public static byte[] Combine(ChecksumAlgorithm algorithm, byte[] first, byte[] second, long secondLength)
    {
        byte[] combined = new byte[first.Length];
        if (algorithm == ChecksumAlgorithm.CRC64NVME)
        {
            ulong shifted = Multiply(BinaryPrimitives.ReadUInt64BigEndian(first), PowerOf(secondLength, Crc64NvmePolynomial, 64), Crc64NvmePolynomial, 64);
            BinaryPrimitives.WriteUInt64BigEndian(combined, shifted ^ BinaryPrimitives.ReadUInt64BigEndian(second));
        }
        else
        {
            ulong polynomial = algorithm switch
            {
                ChecksumAlgorithm.CRC32 => Crc32Polynomial,
                ChecksumAlgorithm.CRC32C => Crc32CPolynomial,
                _ => throw new UnreachableException(),
            };
            ulong shifted = Multiply(BinaryPrimitives.ReadUInt32BigEndian(first), PowerOf(secondLength, polynomial, 32), polynomial, 32);
            BinaryPrimitives.WriteUInt32BigEndian(combined, (uint)shifted ^ BinaryPrimitives.ReadUInt32BigEndian(second));
        }

        return combined;
    }

    /// <summary>The remainder after so many zero bits.</summary>
    public static ulong Shift(ulong value, ulong polynomial, int bits)
    {
        for (int i = 0; i < bits; i++)
        {
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ polynomial;
        }

        return value;
    }

    private static ulong PowerOf(long bytes, ulong polynomial, int width)
    {
        ulong power = 1UL << (width - 1);
        ulong square = Shift(power, polynomial, 8);
        for (long left = bytes; left > 0; left >>= 1)
        {
            power = (left & 1) == 0 ? power : Multiply(power, square, polynomial, width);
            square = Multiply(square, square, polynomial, width);
        }

        return power;
    }

    private static ulong Multiply(ulong left, ulong right, ulong polynomial, int width)
    {
        ulong product = 0;
        for (int bit = width - 1; bit >= 0; bit--)
        {
            product ^= (left >> bit & 1) == 0 ? 0 : right;
            right = Shift(right, polynomial, 1);
        }

        return product;
    }
}

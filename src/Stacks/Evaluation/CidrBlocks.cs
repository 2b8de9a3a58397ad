using System.Globalization;
using System.Net;
using System.Numerics;

namespace Lamina.Stacks.Evaluation;

/// <summary>Fn::Cidr: cuts a block of addresses into smaller ones of equal size.</summary>
internal static class CidrBlocks
{
    public const int DefaultBits = 8;
    private const int MostBlocks = 256;

    /// <param name="count">How many blocks; 1 to 256.</param>
    /// <param name="bits">Host bits of each block.</param>
    public static IEnumerable<string> Of(string block, int count, int bits)
    {
        if (!IPNetwork.TryParse(block, out IPNetwork network))
        {
            throw StackErrors.Template($"Fn::Cidr: '{block}' is not a block of addresses.");
        }

        byte[] start = network.BaseAddress.GetAddressBytes();
        int length = (start.Length * 8) - bits;
        if (count is < 1 or > MostBlocks || bits < 1 || length < network.PrefixLength || BigInteger.Pow(2, length - network.PrefixLength) < count)
        {
            throw StackErrors.Template($"Fn::Cidr cannot cut {count.ToString(CultureInfo.InvariantCulture)} blocks with {bits} bits out of {block}.");
        }

        BigInteger first = new(start, isUnsigned: true, isBigEndian: true);
        return Enumerable.Range(0, count).Select(index => $"{AddressOf(first + (index * BigInteger.Pow(2, bits)), start.Length)}/{length}");
    }

    private static IPAddress AddressOf(BigInteger value, int length)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] padded = new byte[length];
        bytes.CopyTo(padded, length - bytes.Length);
        return new IPAddress(padded);
    }
}

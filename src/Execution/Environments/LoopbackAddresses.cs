using System.Net;
using Lamina.Sandbox;

namespace Lamina.Execution.Environments;

/// <summary>
/// Hands out the loopback address of each environment. In a network of its own every one has 127.0.0.1; on the host's
/// network each has one of 127.64.0.0/10, far from what people use by hand.
/// </summary>
internal sealed class LoopbackAddresses(SandboxNetwork network)
{
    private const uint First = 0x7F40_0001;
    private const uint Count = 1 << 22;

    private readonly Lock _lock = new();
    private readonly HashSet<uint> _taken = [];
    private uint _next;

    public IPAddress Take()
    {
        if (network == SandboxNetwork.Isolated)
        {
            return IPAddress.Loopback;
        }

        lock (_lock)
        {
            uint address;
            do
            {
                address = First + (_next++ % (Count - 2));
            }
            while (!_taken.Add(address));
            return new IPAddress(BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address) : address);
        }
    }

    public void Return(IPAddress address)
    {
        if (network != SandboxNetwork.Isolated)
        {
            uint value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
            lock (_lock)
            {
                _taken.Remove(value);
            }
        }
    }
}

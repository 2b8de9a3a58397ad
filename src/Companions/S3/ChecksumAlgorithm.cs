using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Security.Cryptography;

namespace Lamina.Companions.S3;

/// <summary>The checksums that S3 clients send and ask for; the names are S3's.</summary>
public enum ChecksumAlgorithm
{
    CRC64NVME,
    CRC32,
    CRC32C,
    SHA1,
    SHA256,
}

/// <summary>One checksum being computed. The bytes it gives are what S3 writes as base64: big-endian for the CRCs.</summary>
internal abstract class ChecksumHash : IDisposable
{
    public static ChecksumHash Create(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.CRC64NVME => new Crc64NvmeHash(),
        ChecksumAlgorithm.CRC32 => new Crc32Hash(),
        ChecksumAlgorithm.CRC32C => new Crc32CHash(),
        ChecksumAlgorithm.SHA1 => new CryptographicHash(HashAlgorithmName.SHA1),
        ChecksumAlgorithm.SHA256 => new CryptographicHash(HashAlgorithmName.SHA256),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public abstract void Append(ReadOnlySpan<byte> bytes);

    public abstract byte[] Finish();

    public virtual void Dispose()
    {
    }

    private sealed class CryptographicHash(HashAlgorithmName name) : ChecksumHash
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public override byte[] Finish() => _hash.GetHashAndReset();

        public override void Dispose() => _hash.Dispose();
    }

    private sealed class Crc32Hash : ChecksumHash
    {
        private readonly Crc32 _crc = new();

        public override void Append(ReadOnlySpan<byte> bytes) => _crc.Append(bytes);

        public override byte[] Finish()
        {
            byte[] value = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(value, _crc.GetCurrentHashAsUInt32());
            return value;
        }
    }

    private sealed class Crc32CHash : ChecksumHash
    {
        private uint _crc = uint.MaxValue;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            uint crc = _crc;
            while (bytes.Length >= sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[sizeof(ulong)..];
            }

            foreach (byte unit in bytes)
            {
                crc = BitOperations.Crc32C(crc, unit);
            }

            _crc = crc;
        }

        public override byte[] Finish()
        {
            byte[] value = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(value, ~_crc);
            return value;
        }
    }

    /// <summary>CRC-64/NVME by eight tables, a table for each of eight bytes taken at once.</summary>
    private sealed class Crc64NvmeHash : ChecksumHash
    {
        private static readonly ulong[] Tables = MakeTables();
        private ulong _crc = ulong.MaxValue;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            ulong crc = _crc;
            ReadOnlySpan<ulong> tables = Tables;
            while (bytes.Length >= sizeof(ulong))
            {
                ulong mixed = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                crc = 0;
                for (int i = 0; i < sizeof(ulong); i++)
                {
                    crc ^= tables[((7 - i) * 256) + (byte)(mixed >> (8 * i))];
                }

                bytes = bytes[sizeof(ulong)..];
            }

            foreach (byte unit in bytes)
            {
                crc = tables[(byte)crc ^ unit] ^ (crc >> 8);
            }

            _crc = crc;
        }

        public override byte[] Finish()
        {
            byte[] value = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(value, ~_crc);
            return value;
        }

        private static ulong[] MakeTables()
        {
            ulong[] tables = new ulong[sizeof(ulong) * 256];
            for (int i = 0; i < tables.Length; i++)
            {
                tables[i] = i < 256
                    ? CrcCombination.Shift((ulong)i, CrcCombination.Crc64NvmePolynomial, 8)
                    : (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
            }

            return tables;
        }
    }
}

using System.Security.Cryptography;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Images;

/// <summary>Passes bytes on, counting and hashing them; more than the limit are refused as they come.</summary>
internal sealed class HashedStream(Stream source, long limitBytes, Func<AwsError> tooLarge) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Count { get; private set; }

    /// <summary>Of what was read so far.</summary>
    public Sha256 Digest() => new(_hash.GetCurrentHash());

    public override int Read(Span<byte> buffer) => Take(buffer[..source.Read(buffer)]);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await source.ReadAsync(buffer, cancellationToken);
        return Take(buffer.Span[..read]);
    }

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        Count += bytes.Length;
        if (Count > limitBytes)
        {
            throw tooLarge();
        }

        _hash.AppendData(bytes);
        return bytes.Length;
    }
}

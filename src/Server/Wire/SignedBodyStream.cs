using System.Security.Cryptography;
using Lamina.Store;

namespace Lamina.Server.Wire;

/// <summary>A body whose digest was signed: its end is reached only when it has this digest.</summary>
internal sealed class SignedBodyStream(Stream body, byte[] sha256, Func<Exception> refusal) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await body.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            _hash.AppendData(buffer.Span[..read]);
        }
        else if (!_ended && buffer.Length > 0)
        {
            _ended = true;
            if (!CryptographicOperations.FixedTimeEquals(_hash.GetHashAndReset(), sha256))
            {
                throw refusal();
            }
        }

        return read;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}

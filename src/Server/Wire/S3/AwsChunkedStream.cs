using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lamina.Access.Signatures;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Server.Wire.S3;

/// <summary>
/// Takes the framing off a body of the content encoding aws-chunked while it streams (Signature Version 4, "Transferring payload in
/// multiple chunks"). Sample: <c>5;chunk-signature=…\r\nhello\r\n0;chunk-signature=…\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n</c>.
/// </summary>
/// <param name="signatures">Null when the chunks carry none, or none are verified. The stream ends only after the last one held.</param>
internal sealed class AwsChunkedStream(Stream framed, ChunkSignatures? signatures) : ReadOnlyStream
{
    private const int BufferBytes = 32 * 1024;

    // A chunk's header is its size and a signature.
    private const int MaxHeader = 1024;

    private const string ChunkSignature = "chunk-signature=";
    private const string TrailerSignature = "x-amz-trailer-signature";

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly IncrementalHash? _digest = signatures is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _trailerText = new();
    private readonly Dictionary<string, string> _trailers = new(StringComparer.OrdinalIgnoreCase);
    private int _start;
    private int _end;
    private long _left;
    private bool _inChunk;
    private string _signature = "";
    private bool _ended;

    /// <summary>Known once the stream has ended.</summary>
    public string? Trailer(string name) => _trailers.GetValueOrDefault(name);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left == 0)
        {
            if (_ended)
            {
                return 0;
            }

            await BeginChunkAsync(cancellationToken);
        }

        int count = (int)Math.Min(buffer.Length, _left);
        if (_start < _end)
        {
            count = Math.Min(count, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
            _start += count;
        }
        else
        {
            count = await framed.ReadAsync(buffer[..count], cancellationToken);
            if (count == 0)
            {
                throw S3Errors.IncompleteBody();
            }
        }

        _digest?.AppendData(buffer.Span[..count]);
        _left -= count;
        return count;
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    private async ValueTask BeginChunkAsync(CancellationToken cancellationToken)
    {
        if (_inChunk)
        {
            VerifyChunk();
            if ((await ReadLineAsync(MaxHeader, Malformed, cancellationToken)).Length > 0)
            {
                throw Malformed();
            }
        }

        string header = await ReadLineAsync(MaxHeader, Malformed, cancellationToken);
        int semicolon = header.IndexOf(';', StringComparison.Ordinal);
        if (!long.TryParse(semicolon < 0 ? header : header[..semicolon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left)
            || _left < 0)
        {
            throw Malformed();
        }

        _inChunk = true;
        _signature = SignatureIn(semicolon < 0 ? "" : header[(semicolon + 1)..]);
        if (_left == 0)
        {
            VerifyChunk();
            await ReadTrailersAsync(cancellationToken);
            VerifyTrailers();
            _ended = true;
        }
    }

    // The last line is empty; some clients leave it away when there are no trailers.
    private async ValueTask ReadTrailersAsync(CancellationToken cancellationToken)
    {
        int left = Limits.S3TrailerBytes;
        for (int count = 1; await FillAsync(cancellationToken); count++)
        {
            string line = await ReadLineAsync(left, S3Errors.MalformedTrailer, cancellationToken);
            if (line.Length == 0)
            {
                return;
            }

            left -= line.Length;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || count > Limits.S3Trailers)
            {
                throw S3Errors.MalformedTrailer();
            }

            (string name, string value) = (line[..colon].Trim(), line[(colon + 1)..].Trim());
            _trailers[name] = value;
            if (!name.Equals(TrailerSignature, StringComparison.OrdinalIgnoreCase))
            {
                _trailerText.Append(name.ToLowerInvariant()).Append(':').Append(value).Append('\n');
            }
        }
    }

    private void VerifyChunk()
    {
        if (_digest is not null)
        {
            byte[] digest = _digest.GetHashAndReset();
            Verify(() => signatures!.VerifyChunk(digest, _signature));
        }
    }

    private void VerifyTrailers()
    {
        if (signatures is not null && _trailerText.Length > 0)
        {
            Verify(() => signatures.VerifyTrailer(_trailerText.ToString(), Trailer(TrailerSignature) ?? ""));
        }
    }

    private static void Verify(Action verify)
    {
        try
        {
            verify();
        }
        catch (SignatureException fault)
        {
            throw SignatureErrors.Word(fault, "s3");
        }
    }

    /// <summary>Empty when there is none, which matches no chunk.</summary>
    private static string SignatureIn(string extension) =>
        extension.StartsWith(ChunkSignature, StringComparison.Ordinal) ? extension[ChunkSignature.Length..].Trim() : "";

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _digest?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <param name="limitBytes">A longer line is answered with <paramref name="refusal"/> before it is read to its end.</param>
    private async ValueTask<string> ReadLineAsync(int limitBytes, Func<AwsError> refusal, CancellationToken cancellationToken)
    {
        StringBuilder line = new();
        while (true)
        {
            if (!await FillAsync(cancellationToken))
            {
                throw S3Errors.IncompleteBody();
            }

            int feed = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            int count = feed < 0 ? _end - _start : feed;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, count));
            _start += feed < 0 ? count : count + 1;
            if (line.Length > limitBytes)
            {
                throw refusal();
            }

            if (feed >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }
        }
    }

    /// <summary>False at the end of the body.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await framed.ReadAsync(_buffer, cancellationToken);
        }

        return _start < _end;
    }

    private static AwsError Malformed() => S3Errors.InvalidRequest("The body is not well-formed aws-chunked content.");
}

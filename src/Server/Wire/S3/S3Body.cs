using System.Globalization;
using Lamina.Access.Signatures;
using Lamina.Companions.S3;
using Lamina.Contract;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Wire.S3;

/// <summary>A request's body as the client means it: aws-chunked framing taken off, and what the headers say of it.</summary>
internal static class S3Body
{
    private const string ChecksumPrefix = "x-amz-checksum-";

    public static ObjectBody Of(HttpRequest request, ChunkSignatures? signatures)
    {
        IHeaderDictionary headers = request.Headers;
        string? contentSha256 = headers["x-amz-content-sha256"];
        bool chunked = contentSha256?.StartsWith("STREAMING-", StringComparison.Ordinal) == true;
        AwsChunkedStream? framed = chunked ? new AwsChunkedStream(request.Body, signatures) : null;
        (ChecksumAlgorithm? algorithm, string? checksum) = FindChecksum(headers);
        string? trailer = headers["x-amz-trailer"];
        algorithm ??= Algorithm(trailer);
        string? decodedLength = headers["x-amz-decoded-content-length"];
        return new ObjectBody
        {
            Content = (Stream?)framed ?? request.Body,
            LengthBytes = chunked ? ParseLength(decodedLength) : request.ContentLength,
            Md5 = ParseMd5(headers["Content-MD5"]),
            Digest = Sha256.TryParse(contentSha256, out Sha256 digest) ? digest : null,
            Algorithm = algorithm,
            Checksum = () => checksum ?? (trailer is null || framed is null ? null : RequireTrailer(framed, trailer)),
        };
    }

    /// <summary>Throws for a name that is none of S3's.</summary>
    public static ChecksumAlgorithm? ParseAlgorithm(string? name) =>
        name is null ? null
        : Enum.TryParse(name, ignoreCase: false, out ChecksumAlgorithm algorithm) && Enum.IsDefined(algorithm) ? algorithm
        : throw S3Errors.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");

    /// <summary>Throws <c>InvalidRequest</c> for several, or one of a wrong length.</summary>
    public static (ChecksumAlgorithm? Algorithm, string? Value) FindChecksum(IHeaderDictionary headers)
    {
        (ChecksumAlgorithm? Algorithm, string? Value) found = default;
        foreach (ChecksumAlgorithm algorithm in Enum.GetValues<ChecksumAlgorithm>())
        {
            string? value = headers[HeaderOf(algorithm)];
            if (value is null)
            {
                continue;
            }

            if (found.Algorithm is not null)
            {
                throw S3Errors.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }

            found = (algorithm, value);
        }

        return found.Algorithm is null ? (ParseAlgorithm(headers["x-amz-sdk-checksum-algorithm"]), null) : found;
    }

    public static string HeaderOf(ChecksumAlgorithm algorithm) => ChecksumPrefix + algorithm.ToString().ToLowerInvariant();

    private static ChecksumAlgorithm? Algorithm(string? trailer)
    {
        if (trailer is null)
        {
            return null;
        }

        foreach (ChecksumAlgorithm algorithm in Enum.GetValues<ChecksumAlgorithm>())
        {
            if (trailer.Equals(HeaderOf(algorithm), StringComparison.OrdinalIgnoreCase))
            {
                return algorithm;
            }
        }

        throw S3Errors.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
    }

    private static string RequireTrailer(AwsChunkedStream body, string name) =>
        body.Trailer(name) ?? throw S3Errors.MalformedTrailer();

    private static long? ParseLength(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? length
            : throw S3Errors.Of("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");

    private static byte[]? ParseMd5(string? text)
    {
        if (text is null)
        {
            return null;
        }

        byte[] digest = new byte[16];
        return Convert.TryFromBase64String(text, digest, out int length) && length == digest.Length
            ? digest
            : throw S3Errors.Of("InvalidDigest", 400, "The Content-MD5 you specified was invalid.", ("Content-MD5", text));
    }
}

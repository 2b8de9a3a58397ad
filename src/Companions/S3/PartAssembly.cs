using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Lamina.Contract;

namespace Lamina.Companions.S3;

/// <summary>Makes an object of the parts that a client names, by S3's rules.</summary>
internal static class PartAssembly
{
    public static ObjectContent Assemble(MultipartUpload upload, IEnumerable<UploadedPart> stored, IReadOnlyList<CompletedPart> named)
    {
        Dictionary<int, UploadedPart> byNumber = stored.ToDictionary(static part => part.PartNumber);
        List<UploadedPart> parts = [];
        int before = 0;
        foreach (CompletedPart name in named)
        {
            if (name.PartNumber <= before)
            {
                throw S3Errors.InvalidPartOrder(upload.UploadId);
            }

            before = name.PartNumber;
            parts.Add(Match(upload, byNumber.GetValueOrDefault(name.PartNumber), name));
        }

        CheckSizes(parts);
        ObjectChecksum? checksum = Checksum(upload, parts);
        return new ObjectContent
        {
            SizeBytes = parts.Sum(static part => part.Content.Blob.SizeBytes),
            ETag = ETag([.. parts.Select(static part => part.Content.Md5)]),
            Blobs = [.. parts.Select(static part => part.Content.Blob)],
            Checksum = checksum,
            InParts = true,
        };
    }

    private static UploadedPart Match(MultipartUpload upload, UploadedPart? part, CompletedPart name)
    {
        bool same = part is not null
            && part.Content.Md5 == name.ETag
            && (name.Checksum is null || name.Checksum == part.Content.Checksum);
        return same ? part! : throw S3Errors.InvalidPart(upload.UploadId, name.PartNumber, name.ETag);
    }

    private static void CheckSizes(List<UploadedPart> parts)
    {
        foreach (UploadedPart part in parts.SkipLast(1))
        {
            if (part.Content.Blob.SizeBytes < Limits.UploadPartMinimumBytes)
            {
                throw S3Errors.EntityTooSmall(part.Content.Blob.SizeBytes, part.PartNumber, part.Content.Md5);
            }
        }
    }

    public static bool IsMd5(string etag) => etag.Length == 2 * MD5.HashSizeInBytes && etag.All(char.IsAsciiHexDigit);

    /// <summary>The ETag of an object of parts with these MD5s.</summary>
    public static string ETag(IReadOnlyCollection<string> md5s)
    {
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (string part in md5s)
        {
            md5.AppendData(Convert.FromHexString(part));
        }

        return $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{md5s.Count.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>None when parts came with other algorithms than the upload was begun for, which S3 allows when none was asked for.</summary>
    private static ObjectChecksum? Checksum(MultipartUpload upload, List<UploadedPart> parts)
    {
        if (parts.Any(part => part.Content.Algorithm != upload.Algorithm))
        {
            return null;
        }

        if (upload.IsComposite)
        {
            using ChecksumHash hash = ChecksumHash.Create(upload.Algorithm);
            foreach (UploadedPart part in parts)
            {
                hash.Append(Convert.FromBase64String(part.Content.Checksum));
            }

            string value = $"{Convert.ToBase64String(hash.Finish())}-{parts.Count.ToString(CultureInfo.InvariantCulture)}";
            return new ObjectChecksum(upload.Algorithm, value, IsComposite: true);
        }

        byte[] whole = Convert.FromBase64String(parts[0].Content.Checksum);
        foreach (UploadedPart part in parts.Skip(1))
        {
            whole = CrcCombination.Combine(
                upload.Algorithm, whole, Convert.FromBase64String(part.Content.Checksum), part.Content.Blob.SizeBytes);
        }

        return new ObjectChecksum(upload.Algorithm, Convert.ToBase64String(whole), IsComposite: false);
    }
}

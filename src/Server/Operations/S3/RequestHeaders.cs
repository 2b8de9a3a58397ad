using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire.S3;
using Microsoft.AspNetCore.Http;

namespace Lamina.Server.Operations.S3;

/// <summary>What S3's requests say in headers, as the room's types.</summary>
internal static class RequestHeaders
{
    public const string MetadataPrefix = "x-amz-meta-";

    private static readonly string[] StorageClasses =
    [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
    ];

    // What would change who may read an object, how long it is kept or how it is encrypted must not be taken in silence.
    private static readonly string[] NotServed =
    [
        "x-amz-tagging", "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
        "x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-write-offset-bytes",
    ];

    private static readonly string[] Grants =
        ["x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp"];

    public static ObjectDescription Description(S3Call call)
    {
        Refuse(call);
        ImmutableSortedDictionary<string, string>.Builder headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string name in ObjectHeaders.Kept)
        {
            string? value = name == "Content-Encoding" ? WithoutChunking(call.Header(name)) : call.Header(name);
            if (value is not null)
            {
                headers[name] = ObjectHeaders.CanCarry(ObjectHeaders.AsSent(value))
                    ? value
                    : throw S3Errors.InvalidArgument("The header's value has a control character, which no answer could carry.", name, value);
            }
        }

        headers.TryAdd("Content-Type", "binary/octet-stream");
        return new ObjectDescription
        {
            Headers = headers.ToImmutable(),
            UserMetadata = UserMetadata(call.Headers),
            StorageClass = StorageClass(call.Header("x-amz-storage-class") ?? "STANDARD"),
        };
    }

    public static WriteCondition WriteCondition(S3Call call)
    {
        string? absent = call.Header("If-None-Match");
        return absent is null or "*"
            ? new WriteCondition(call.Header("If-Match") is { } match ? Unquoted(match) : null, IfAbsent: absent is not null)
            : throw NotImplemented("If-None-Match");
    }

    /// <param name="prefix">Of the headers' names: empty, or <c>x-amz-copy-source-</c>.</param>
    public static ReadCondition ReadCondition(S3Call call, string prefix) => new(
        ETags(call.Header(prefix + "If-Match")),
        ETags(call.Header(prefix + "If-None-Match")),
        Date(call.Header(prefix + "If-Modified-Since")),
        Date(call.Header(prefix + "If-Unmodified-Since")));

    public static CopySource CopySource(S3Call call)
    {
        string header = call.Header("x-amz-copy-source") ?? "";
        int query = header.IndexOf("?versionId=", StringComparison.Ordinal);
        string path = S3Target.Decode(query < 0 ? header : header[..query], plusIsSpace: false).TrimStart('/');
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
        {
            throw S3Errors.InvalidArgument(
                "Invalid copy source object key", "x-amz-copy-source", header);
        }

        return new CopySource(
            BucketName.Parse(path[..slash]),
            ObjectKey.Parse(path[(slash + 1)..]),
            query < 0 ? null : header[(query + "?versionId=".Length)..],
            ReadCondition(call, "x-amz-copy-source-"));
    }

    public static string Unquoted(string etag)
    {
        string bare = etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag;
        return bare.Trim().Trim('"');
    }

    public static void RefuseAcl(S3Call call)
    {
        if (call.Header("x-amz-acl") is not (null or "private" or "bucket-owner-full-control") || Grants.Any(call.Headers.ContainsKey))
        {
            throw S3Errors.Of("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
        }
    }

    public static AwsError NotImplemented(string header) => S3Errors.Of(
        "NotImplemented", 501, "A header you provided implies functionality that is not implemented", ("Header", header));

    private static void Refuse(S3Call call)
    {
        RefuseAcl(call);
        foreach (string name in NotServed)
        {
            if (call.Headers.ContainsKey(name))
            {
                throw NotImplemented(name);
            }
        }

        // AES256 is what S3 does unasked; it is accepted and, as nothing is encrypted here, not claimed in answers.
        if (call.Header("x-amz-server-side-encryption") is not (null or "AES256"))
        {
            throw NotImplemented("x-amz-server-side-encryption");
        }
    }

    private static string? WithoutChunking(string? encoding)
    {
        if (encoding is null)
        {
            return null;
        }

        string rest = string.Join(',', encoding.Split(',', StringSplitOptions.TrimEntries).Where(static part => part != "aws-chunked"));
        return rest.Length == 0 ? null : rest;
    }

    private static ImmutableSortedDictionary<string, string> UserMetadata(IHeaderDictionary headers)
    {
        ImmutableSortedDictionary<string, string> metadata = headers
            .Where(static header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToImmutableSortedDictionary(
                static header => header.Key[MetadataPrefix.Length..].ToLowerInvariant(), static header => header.Value.ToString(), StringComparer.Ordinal);
        int bytes = metadata.Sum(static item => Encoding.UTF8.GetByteCount(item.Key) + Encoding.UTF8.GetByteCount(item.Value));
        return bytes <= Limits.UserMetadataBytes
            ? metadata
            : throw S3Errors.Of(
                "MetadataTooLarge",
                400,
                "Your metadata headers exceed the maximum allowed metadata size",
                ("Size", bytes.ToString(CultureInfo.InvariantCulture)),
                ("MaxSizeAllowed", Limits.UserMetadataBytes.ToString(CultureInfo.InvariantCulture)));
    }

    private static string StorageClass(string name) => StorageClasses.Contains(name, StringComparer.Ordinal)
        ? name
        : throw S3Errors.Of("InvalidStorageClass", 400, "The storage class you specified is not valid", ("StorageClassRequested", name));

    private static IReadOnlyList<string> ETags(string? header) =>
        header is null ? [] : [.. header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Unquoted)];

    private static DateTimeOffset? Date(string? header) =>
        DateTimeOffset.TryParse(header, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date : null;
}

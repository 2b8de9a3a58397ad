using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Operations.S3;

/// <summary>What S3's answers say of an object in headers.</summary>
internal static class AnswerHeaders
{
    /// <summary>The query's response-… keys and the headers they replace.</summary>
    private static readonly (string Query, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"), ("response-content-language", "Content-Language"), ("response-expires", "Expires"),
        ("response-cache-control", "Cache-Control"), ("response-content-disposition", "Content-Disposition"),
        ("response-content-encoding", "Content-Encoding"),
    ];

    public static void Add(this Answer answer, string name, string? value)
    {
        if (value is not null)
        {
            answer.Headers.Add(new(name, value));
        }
    }

    public static string Quoted(string etag) => $"\"{etag}\"";

    public static void AddVersion(this Answer answer, Bucket bucket, string versionId) =>
        answer.Add("x-amz-version-id", bucket.Versioning == BucketVersioning.Unversioned ? null : versionId);

    public static void AddChecksum(this Answer answer, ObjectChecksum? checksum)
    {
        if (checksum is not null)
        {
            answer.Add(S3Body.HeaderOf(checksum.Algorithm), checksum.Value);
            answer.Add("x-amz-checksum-type", TypeOf(checksum));
        }
    }

    public static string TypeOf(ObjectChecksum checksum) => checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT";

    /// <summary>All that GET and HEAD say, but of the range.</summary>
    public static void AddObject(this Answer answer, S3Call call, Bucket bucket, ObjectVersion version)
    {
        answer.AddValidators(bucket, version);
        answer.Add(HeaderNames.AcceptRanges, "bytes");
        foreach ((string name, string value) in version.Description.Headers)
        {
            answer.Add(name, ObjectHeaders.AsSent(value));
        }

        foreach ((string query, string header) in Overrides)
        {
            answer.Add(header, call.Query(query) is { } value ? Sendable(query, value) : null);
        }

        foreach ((string name, string value) in version.Description.UserMetadata)
        {
            answer.Add(RequestHeaders.MetadataPrefix + name, ObjectHeaders.EncodeMetadata(value));
        }

        answer.Add("x-amz-storage-class", version.Description.StorageClass == "STANDARD" ? null : version.Description.StorageClass);
    }

    private static string Sendable(string query, string value) => ObjectHeaders.CanCarry(value)
        ? value
        : throw S3Errors.InvalidArgument("Header value cannot be represented using ISO-8859-1.", query, value);

    public static void AddValidators(this Answer answer, Bucket bucket, ObjectVersion version)
    {
        answer.Add(HeaderNames.ETag, Quoted(version.Content.ETag));
        answer.Add(HeaderNames.LastModified, version.LastModified.ToString("R", CultureInfo.InvariantCulture));
        answer.AddVersion(bucket, version.VersionId);
    }
}

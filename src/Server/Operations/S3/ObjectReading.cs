using System.Globalization;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;
using Microsoft.Net.Http.Headers;

namespace Lamina.Server.Operations.S3;

/// <summary>GetObject and HeadObject, which differ only in the body.</summary>
internal sealed class ObjectReading(S3Rooms rooms)
{
    public Answer Read(S3Call call, bool withBody)
    {
        Bucket bucket = rooms.Buckets.Get(call.Caller, call.Bucket);
        ObjectVersion version = rooms.Objects.Get(call.Caller, call.Bucket, call.Key, call.Query("versionId"));
        switch (RequestHeaders.ReadCondition(call, "").Check(version))
        {
            case ReadOutcome.NotModified:
                Answer unchanged = S3Answers.Empty(304);
                unchanged.AddValidators(bucket, version);
                return unchanged;
            case ReadOutcome.PreconditionFailed:
                throw S3Errors.PreconditionFailed(call.Header("If-Match") is null ? "If-Unmodified-Since" : "If-Match");
            default:
                return Send(call, bucket, version, withBody);
        }
    }

    private ObjectAnswer Send(S3Call call, Bucket bucket, ObjectVersion version, bool withBody)
    {
        long size = version.Content.SizeBytes;
        (long Start, long Count)? part = FindPart(call, version) ?? FindRange(call.Header(HeaderNames.Range), size);
        (long start, long count) = part ?? (0, size);
        ObjectAnswer answer = new(part is null ? 200 : 206, withBody ? rooms.Objects.Open(version) : null, start, count);
        answer.AddObject(call, bucket, version);
        if (part is not null)
        {
            answer.Add(HeaderNames.ContentRange, string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + count - 1}/{size}"));
        }

        if (call.Query("partNumber") is not null && version.Content.InParts)
        {
            answer.Add("x-amz-mp-parts-count", version.Content.Blobs.Length.ToString(CultureInfo.InvariantCulture));
        }

        // The checksum is that of the whole object.
        if (call.Header("x-amz-checksum-mode") == "ENABLED" && count == size)
        {
            answer.AddChecksum(version.Content.Checksum);
        }

        return answer;
    }

    private static (long Start, long Count)? FindPart(S3Call call, ObjectVersion version)
    {
        if (call.Number("partNumber", 1, Limits.UploadParts) is not { } number)
        {
            return null;
        }

        if (call.Header(HeaderNames.Range) is not null)
        {
            throw S3Errors.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        }

        int parts = version.Content.InParts ? version.Content.Blobs.Length : 1;
        if (number > parts)
        {
            throw S3Errors.Of(
                "InvalidPartNumber",
                416,
                "The requested partnumber is not satisfiable",
                ("PartNumberRequested", number.ToString(CultureInfo.InvariantCulture)),
                ("ActualPartCount", parts.ToString(CultureInfo.InvariantCulture)));
        }

        if (!version.Content.InParts)
        {
            return version.Content.SizeBytes == 0 ? null : (0, version.Content.SizeBytes);
        }

        long start = version.Content.Blobs.Take(number - 1).Sum(static blob => blob.SizeBytes);
        return (start, version.Content.Blobs[number - 1].SizeBytes);
    }

    // As S3 does, a header that cannot be understood or asks for several ranges is passed over (RFC 9110 14.2).
    private static (long Start, long Count)? FindRange(string? header, long size)
    {
        if (!RangeHeaderValue.TryParse(header, out RangeHeaderValue? parsed) || parsed.Unit != "bytes" || parsed.Ranges.Count != 1)
        {
            return null;
        }

        RangeItemHeaderValue range = parsed.Ranges.Single();
        long start = range.From ?? Math.Max(0, size - range.To!.Value);
        long end = range.From is null ? size - 1 : Math.Min(range.To ?? long.MaxValue, size - 1);
        return start <= end ? (start, end - start + 1) : throw InvalidRange(header!, size);
    }

    private static AwsError InvalidRange(string range, long size) => new(
        "InvalidRange", 416, "The requested range is not satisfiable", AwsErrorBody.LowerMessageOnly)
    {
        Details = [("RangeRequested", range), ("ActualObjectSize", size.ToString(CultureInfo.InvariantCulture))],
        Headers = [(HeaderNames.ContentRange, string.Create(CultureInfo.InvariantCulture, $"bytes */{size}"))],
    };
}

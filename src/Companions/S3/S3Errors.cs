using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.S3;

/// <summary>S3's errors with its codes, statuses and texts (API reference, ErrorResponses; texts as AWS answers them).</summary>
public static class S3Errors
{
    public static AwsError NoSuchBucket(string bucket) =>
        Of("NoSuchBucket", 404, "The specified bucket does not exist", ("BucketName", bucket));

    public static AwsError NoSuchKey(string key) => Of("NoSuchKey", 404, "The specified key does not exist.", ("Key", key));

    public static AwsError NoSuchVersion(string key, string versionId) =>
        Of("NoSuchVersion", 404, "The specified version does not exist.", ("Key", key), ("VersionId", versionId));

    public static AwsError InvalidVersionId(string versionId) =>
        InvalidArgument("Invalid version id specified", "versionId", versionId);

    public static AwsError NoSuchUpload(string uploadId) => Of(
        "NoSuchUpload",
        404,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        ("UploadId", uploadId));

    public static AwsError InvalidBucketName(string name) =>
        Of("InvalidBucketName", 400, "The specified bucket is not valid.", ("BucketName", name));

    public static AwsError BucketAlreadyExists(string name) => Of(
        "BucketAlreadyExists",
        409,
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            + "Please select a different name and try again.",
        ("BucketName", name));

    public static AwsError BucketAlreadyOwnedByYou(string name) => Of(
        "BucketAlreadyOwnedByYou",
        409,
        "Your previous request to create the named bucket succeeded and you already own it.",
        ("BucketName", name));

    public static AwsError BucketNotEmpty(string name, bool versions) => Of(
        "BucketNotEmpty",
        409,
        versions
            ? "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            : "The bucket you tried to delete is not empty",
        ("BucketName", name));

    public static AwsError AccessDenied(string message) => Of("AccessDenied", 403, message);

    public static AwsError KeyTooLong(int bytes) => Of(
        "KeyTooLongError",
        400,
        "Your key is too long",
        ("Size", bytes.ToString(CultureInfo.InvariantCulture)),
        ("MaxSizeAllowed", Limits.ObjectKeyBytes.ToString(CultureInfo.InvariantCulture)));

    public static AwsError PreconditionFailed(string condition) => Of(
        "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", ("Condition", condition));

    public static AwsError BadDigest(string message) => Of("BadDigest", 400, message);

    public static AwsError InvalidPart(string uploadId, int partNumber, string etag) => Of(
        "InvalidPart",
        400,
        "One or more of the specified parts could not be found.  The part may not have been uploaded, "
            + "or the specified entity tag may not match the part's entity tag.",
        ("UploadId", uploadId),
        ("PartNumber", partNumber.ToString(CultureInfo.InvariantCulture)),
        ("ETag", etag));

    public static AwsError InvalidPartOrder(string uploadId) => Of(
        "InvalidPartOrder", 400, "The list of parts was not in ascending order. Parts must be ordered by part number.", ("UploadId", uploadId));

    public static AwsError EntityTooSmall(long size, int partNumber, string etag) => Of(
        "EntityTooSmall",
        400,
        "Your proposed upload is smaller than the minimum allowed size",
        ("ProposedSize", size.ToString(CultureInfo.InvariantCulture)),
        ("MinSizeAllowed", Limits.UploadPartMinimumBytes.ToString(CultureInfo.InvariantCulture)),
        ("PartNumber", partNumber.ToString(CultureInfo.InvariantCulture)),
        ("ETag", etag));

    public static AwsError EntityTooLarge(long size, long maximum) => Of(
        "EntityTooLarge",
        400,
        "Your proposed upload exceeds the maximum allowed size",
        ("ProposedSize", size.ToString(CultureInfo.InvariantCulture)),
        ("MaxSizeAllowed", maximum.ToString(CultureInfo.InvariantCulture)));

    public static AwsError IncompleteBody() =>
        Of("IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header");

    public static AwsError InvalidArgument(string message, string argument, string value) =>
        Of("InvalidArgument", 400, message, ("ArgumentName", argument), ("ArgumentValue", value));

    public static AwsError InvalidRequest(string message) => Of("InvalidRequest", 400, message);

    public static AwsError MalformedTrailer() => Of(
        "MalformedTrailerError",
        400,
        "The request contained trailing data that was not well-formed or did not conform to our published schema.");

    public static AwsError MalformedXml() => Of(
        "MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema");

    public static AwsError Of(string code, int status, string message, params (string Name, string Value)[] details) =>
        new(code, status, message, AwsErrorBody.LowerMessageOnly) { Details = details };
}

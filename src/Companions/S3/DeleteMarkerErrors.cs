using Lamina.Contract;

namespace Lamina.Companions.S3;

/// <summary>What reading a delete marker answers: the object is gone, or, named by its version, cannot be read.</summary>
internal static class DeleteMarkerErrors
{
    public static AwsError AsLatest(ObjectVersion marker) => new(
        "NoSuchKey", 404, "The specified key does not exist.", AwsErrorBody.LowerMessageOnly)
    {
        Details = [("Key", marker.Key)],
        Headers = [("x-amz-delete-marker", "true"), ("x-amz-version-id", marker.VersionId)],
    };

    public static AwsError ByVersion(ObjectVersion marker) => new(
        "MethodNotAllowed", 405, "The specified method is not allowed against this resource.", AwsErrorBody.LowerMessageOnly)
    {
        Details = [("Method", "GET"), ("ResourceType", "DeleteMarker")],
        Headers =
        [
            ("x-amz-delete-marker", "true"),
            ("x-amz-version-id", marker.VersionId),
            ("Allow", "DELETE"),
            ("Last-Modified", marker.LastModified.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        ],
    };
}

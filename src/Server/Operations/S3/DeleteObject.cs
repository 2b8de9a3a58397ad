using Lamina.Companions.S3;
using Lamina.Server.Wire;
using Lamina.Server.Wire.S3;

namespace Lamina.Server.Operations.S3;

internal sealed class DeleteObject(S3Rooms rooms) : IS3Operation
{
    public string Name => "DeleteObject";

    public async Task<Answer> HandleAsync(S3Call call, CancellationToken cancellationToken)
    {
        string? ifMatch = call.Header("If-Match") is { } header ? RequestHeaders.Unquoted(header) : null;
        DeletedObject deleted = await rooms.Objects.DeleteAsync(
            call.Caller, call.Bucket, call.Key, call.Query("versionId"), ifMatch, cancellationToken);
        Answer answer = Answer.Empty(204);
        answer.Add("x-amz-version-id", deleted.VersionId);
        answer.Add("x-amz-delete-marker", deleted.IsDeleteMarker ? "true" : null);
        return answer;
    }
}

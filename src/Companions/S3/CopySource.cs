using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.S3;

/// <summary>The header x-amz-copy-source with the conditions that go with it.</summary>
public sealed record CopySource(BucketName Bucket, ObjectKey Key, string? VersionId, ReadCondition Condition)
{
    internal bool IsLatestOf(BucketName bucket, ObjectKey key) => VersionId is null && Bucket == bucket && Key == key;

    internal ObjectVersion Find(CatalogSnapshot snapshot, Caller caller)
    {
        ObjectVersion found = Objects.Get(snapshot, caller, Bucket, Key, VersionId);
        return Condition.Check(found) == ReadOutcome.Send
            ? found
            : throw S3Errors.PreconditionFailed("x-amz-copy-source-If-*");
    }
}

namespace Lamina.Companions.S3;

/// <summary>The conditions of a read (RFC 9110 13.1, in the order S3 gives them). ETags are without quotes.</summary>
public sealed record ReadCondition(
    IReadOnlyList<string> IfMatch, IReadOnlyList<string> IfNoneMatch, DateTimeOffset? IfModifiedSince, DateTimeOffset? IfUnmodifiedSince)
{
    public ReadOutcome Check(ObjectVersion version)
    {
        // A matching If-Match makes If-Unmodified-Since void, and an If-None-Match makes If-Modified-Since void.
        bool changed = IfMatch.Count > 0 ? !Names(IfMatch, version) : IfUnmodifiedSince < version.LastModified;
        if (changed)
        {
            return ReadOutcome.PreconditionFailed;
        }

        bool known = IfNoneMatch.Count > 0 ? Names(IfNoneMatch, version) : IfModifiedSince >= version.LastModified;
        return known ? ReadOutcome.NotModified : ReadOutcome.Send;
    }

    private static bool Names(IReadOnlyList<string> etags, ObjectVersion version) =>
        etags.Contains("*", StringComparer.Ordinal) || etags.Contains(version.Content.ETag, StringComparer.Ordinal);
}

public enum ReadOutcome
{
    Send,
    NotModified,
    PreconditionFailed,
}

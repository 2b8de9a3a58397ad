namespace Lamina.Companions.S3;

/// <summary>If-Match and If-None-Match of a write, checked in the transaction that writes.</summary>
/// <param name="IfMatch">The ETag that the object must have, without quotes.</param>
/// <param name="IfAbsent">If-None-Match: * — the object must not be there.</param>
public sealed record WriteCondition(string? IfMatch, bool IfAbsent)
{
    public static WriteCondition None { get; } = new(null, IfAbsent: false);

    internal void Check(ObjectVersion? latest, string key)
    {
        bool exists = latest is { IsDeleteMarker: false };
        if (IfAbsent && exists)
        {
            throw S3Errors.PreconditionFailed("If-None-Match");
        }

        if (IfMatch is null)
        {
            return;
        }

        if (!exists)
        {
            throw S3Errors.NoSuchKey(key);
        }

        if (IfMatch != "*" && IfMatch != latest!.Content.ETag)
        {
            throw S3Errors.PreconditionFailed("If-Match");
        }
    }
}

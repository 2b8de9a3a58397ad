using Lamina.Access.Sessions;
using Lamina.Companions.S3;
using Lamina.Contract;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>Makes URLs at which somebody without keys puts an object: into a bucket of the account, which is made when the first one is needed.</summary>
/// <param name="authority">Host and port at which those who put know the server.</param>
internal sealed class AnswerUrls(StackRoomParts rooms, Func<string> authority)
{
    public async Task<string> NewAsync(Caller caller, BucketName bucket, string key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (Faults.FindOrNull(() => rooms.Buckets.Get(caller, bucket)) is null)
        {
            try
            {
                await rooms.Buckets.CreateAsync(caller, bucket, caller.Region, cancellationToken);
            }
            catch (AwsError error) when (error.Status == 409)
            {
                // Another resource was quicker.
            }
        }

        DateTimeOffset now = rooms.Time.GetUtcNow();
        string policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::{{bucket}}/{{key}}"}]}""";
        SessionCredentials credentials = rooms.Sessions.Issue(
            caller.Account, caller.PrincipalArn, caller.PrincipalId ?? caller.Account.Value, policy, now + lifetime);
        return SignedUrl.Put(authority(), caller.Region, bucket.Value, key, credentials, now, lifetime);
    }
}

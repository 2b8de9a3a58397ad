using System.Text;
using System.Text.Json;
using Lamina.Access.Sessions;
using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>
/// Where custom resources answer: an object in a bucket of the account, put there through a signed URL. The bucket is made when the first
/// one is needed; an answer is deleted when it is read.
/// </summary>
internal sealed class AnswerBox(StackRoomParts rooms)
{
    private const int MostAnswerBytes = 1 << 20;

    public static string BucketOf(Caller caller) => $"cloudformation-responses-{caller.Region}-{caller.Account}";

    /// <summary>A URL for one answer, good for as long as a custom resource may take.</summary>
    public async Task<string> NewUrlAsync(Caller caller, string key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.Parse(BucketOf(caller));
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
        return SignedUrl.Put(rooms.FunctionAuthority(), caller.Region, bucket.Value, key, credentials, now, lifetime);
    }

    /// <summary>The answer, and no longer in the bucket; null while there is none.</summary>
    public async Task<TemplateMap?> TakeAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.Parse(BucketOf(caller));
        ObjectKey name = ObjectKey.Parse(key);
        if (Faults.FindOrNull(() => rooms.Objects.Get(caller, bucket, name, null)) is not { } found)
        {
            return null;
        }

        TemplateMap answer;
        if (found.Content.SizeBytes > MostAnswerBytes)
        {
            throw StackErrors.Validation("Response object is too long.");
        }

        using (StreamReader reader = new(rooms.Objects.Open(found), Encoding.UTF8))
        {
            string text = await reader.ReadToEndAsync(cancellationToken);
            answer = Read(text);
        }

        await rooms.Objects.DeleteAsync(caller, bucket, name, null, null, CancellationToken.None);
        return answer;
    }

    /// <summary>Waits for the answer.</summary>
    public async Task<TemplateMap> WaitAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnWritten(string bucket, string writtenKey)
            {
                if (writtenKey == key && bucket == BucketOf(caller))
                {
                    written.TrySetResult();
                }
            }

            rooms.Objects.Written += OnWritten;
            try
            {
                if (await TakeAsync(caller, key, cancellationToken) is { } answer)
                {
                    return answer;
                }

                await written.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                rooms.Objects.Written -= OnWritten;
            }
        }
    }

    private static TemplateMap Read(string text)
    {
        try
        {
            return PropertiesJson.Read(text) as TemplateMap ?? throw StackErrors.Validation("Invalid response object: it is no JSON object.");
        }
        catch (Exception error) when (error is JsonException or TemplateException)
        {
            throw StackErrors.Validation($"Invalid response object: Value of property {{{error.Message}}} must be JSON.");
        }
    }
}

using System.Text;
using System.Text.Json;
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

    private readonly AnswerUrls _urls = new(rooms, rooms.FunctionAuthority);

    public static string BucketOf(Caller caller) => $"cloudformation-responses-{caller.Region}-{caller.Account}";

    /// <summary>A URL for one answer, good for as long as a custom resource may take.</summary>
    public Task<string> NewUrlAsync(Caller caller, string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        _urls.NewAsync(caller, BucketName.Parse(BucketOf(caller)), key, lifetime, cancellationToken);

    /// <summary>The answer, and no longer in the bucket; null while there is none.</summary>
    public async Task<TemplateMap?> TakeAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.Parse(BucketOf(caller));
        ObjectKey name = ObjectKey.Parse(key);
        if (Faults.FindOrNull(() => rooms.Objects.Get(caller, bucket, name, null)) is not { } found)
        {
            return null;
        }

        TemplateMap answer = await ReadAsync(rooms, found, cancellationToken);
        await rooms.Objects.DeleteAsync(caller, bucket, name, null, null, CancellationToken.None);
        return answer;
    }

    /// <summary>Waits for the answer.</summary>
    public Task<TemplateMap> WaitAsync(Caller caller, string key, CancellationToken cancellationToken) =>
        AnswerWait.UntilAsync(rooms, BucketOf(caller), key, token => TakeAsync(caller, key, token), cancellationToken);

    /// <summary>What was put. Throws ValidationError for what is no JSON object, or too long.</summary>
    public static async Task<TemplateMap> ReadAsync(StackRoomParts rooms, ObjectVersion put, CancellationToken cancellationToken)
    {
        if (put.Content.SizeBytes > MostAnswerBytes)
        {
            throw StackErrors.Validation("Response object is too long.");
        }

        using StreamReader reader = new(rooms.Objects.Open(put), Encoding.UTF8);
        return Read(await reader.ReadToEndAsync(cancellationToken));
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

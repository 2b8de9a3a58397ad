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

    /// <summary>The answer, and no longer in the bucket; null while there is none. Throws ValidationError for one that cannot be read.</summary>
    public async Task<TemplateMap?> TakeAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketName.Parse(BucketOf(caller));
        ObjectKey name = ObjectKey.Parse(key);
        if (Faults.FindOrNull(() => rooms.Objects.Get(caller, bucket, name, null)) is not { } found)
        {
            return null;
        }

        (TemplateMap? answer, string fault) = await TryReadAsync(rooms, found, cancellationToken);
        if (answer is null)
        {
            throw StackErrors.Validation(fault);
        }

        await rooms.Objects.DeleteAsync(caller, bucket, name, null, null, CancellationToken.None);
        return answer;
    }

    /// <summary>Waits for the answer.</summary>
    public Task<TemplateMap> WaitAsync(Caller caller, string key, CancellationToken cancellationToken) =>
        AnswerWait.UntilAsync(rooms, BucketOf(caller), key, token => TakeAsync(caller, key, token), cancellationToken);

    /// <summary>What was put, where that is a JSON object and not too long; otherwise why it is not.</summary>
    public static async Task<(TemplateMap? Put, string Fault)> TryReadAsync(StackRoomParts rooms, ObjectVersion put, CancellationToken cancellationToken)
    {
        if (put.Content.SizeBytes > MostAnswerBytes)
        {
            return (null, "Response object is too long.");
        }

        using StreamReader reader = new(rooms.Objects.Open(put), Encoding.UTF8);
        string text = await reader.ReadToEndAsync(cancellationToken);
        try
        {
            return (PropertiesJson.Read(text) as TemplateMap, "Invalid response object: it is no JSON object.");
        }
        catch (Exception error) when (error is JsonException or TemplateException)
        {
            return (null, $"Invalid response object: Value of property {{{error.Message}}} must be JSON.");
        }
    }
}

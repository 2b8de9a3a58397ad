using Lamina.Companions.S3;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Nested;

/// <summary>
/// Where the signals of a wait condition come in: each a version of the handle's object, so that signals in quick succession are all kept.
/// Sample: <c>{"Status":"SUCCESS","UniqueId":"one","Data":"ready","Reason":"installed"}</c>
/// </summary>
internal sealed class WaitSignals(StackRoomParts rooms)
{
    // Signals come from machines and people that are no functions; functions reach the same address on the port that AWS's tools know.
    private readonly AnswerUrls _urls = new(rooms, rooms.Authority);
    private readonly ObjectListing _listing = new(rooms.Catalog);

    /// <summary>The handle: a URL that takes signals.</summary>
    public async Task<string> NewUrlAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        BucketName bucket = BucketOf(call.Caller);
        string url = await _urls.NewAsync(call.Caller, bucket, $"{call.Stack.Guid}/{call.LogicalId}", Limits.WaitHandleLifetime, cancellationToken);
        await rooms.Buckets.SetVersioningAsync(call.Caller, bucket, BucketVersioning.Enabled, cancellationToken);
        return url;
    }

    /// <summary>
    /// Waits until signals with so many ids are there; one that is sent again counts once, and what is no signal not at all. Gives each id's
    /// data. Throws ValidationError for one that says FAILURE.
    /// </summary>
    public Task<TemplateMap> WaitAsync(Caller caller, ObjectKey handle, int count, CancellationToken cancellationToken) => AnswerWait.UntilAsync(
        rooms,
        BucketOf(caller).Value,
        handle.Value,
        async token => await ReadAsync(caller, handle, token) is var received && received.Count >= count ? received : null,
        cancellationToken);

    public async Task ForgetAsync(Caller caller, ObjectKey handle, CancellationToken cancellationToken)
    {
        if (Faults.FindOrNull(() => rooms.Buckets.Get(caller, BucketOf(caller))) is not null)
        {
            foreach (ObjectVersion version in VersionsOf(caller, handle))
            {
                await rooms.Objects.DeleteAsync(caller, BucketOf(caller), handle, version.VersionId, null, cancellationToken);
            }
        }
    }

    /// <summary>The object that a handle's URL names. Throws ValidationError for a URL that is no handle of the account.</summary>
    public static ObjectKey HandleOf(Caller caller, string url) => ObjectUrl.Parse(url) is var (bucket, key, _) && bucket == BucketOf(caller).Value
        ? ObjectKey.Parse(key) : throw StackErrors.Validation($"Invalid Handle: {url} is not the URL of an AWS::CloudFormation::WaitConditionHandle.");

    private static BucketName BucketOf(Caller caller) => BucketName.Parse($"cloudformation-waitcondition-{caller.Region}-{caller.Account}");

    /// <summary>The data of each id that has signalled. Throws ValidationError for one that says FAILURE.</summary>
    public async Task<TemplateMap> ReadAsync(Caller caller, ObjectKey handle, CancellationToken cancellationToken)
    {
        TemplateMap received = [];
        foreach (ObjectVersion version in VersionsOf(caller, handle))
        {
            (TemplateMap? signal, _) = await AnswerBox.TryReadAsync(rooms, version, cancellationToken);
            if (signal is null || Scalars.TextOf(signal["UniqueId"]) is not { } id)
            {
                // The URL takes whatever is put there, and only a signal can end the waiting.
                continue;
            }

            switch (Scalars.TextOf(signal["Status"]))
            {
                case "SUCCESS":
                    received[id] = Scalars.TextOf(signal["Data"]) ?? "";
                    break;
                case "FAILURE":
                    throw StackErrors.Validation($"WaitCondition received failed message: '{Scalars.TextOf(signal["Reason"])}' for uniqueId: {id}");
            }
        }

        return received;
    }

    /// <summary>In the order in which they came.</summary>
    private ObjectVersion[] VersionsOf(Caller caller, ObjectKey handle) =>
    [
        .. _listing.ListVersions(caller, BucketOf(caller), new ListQuery(handle.Value, null, null, int.MaxValue), null).Entries
            .Select(static entry => entry.Item!.Version).Where(version => version.Key == handle.Value && !version.IsDeleteMarker).Reverse(),
    ];
}

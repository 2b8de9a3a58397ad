using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;
using Lamina.Store;

namespace Lamina.Companions.Logs;

/// <summary>Makes, finds, changes and deletes log groups and their streams.</summary>
public sealed class LogGroups(ICatalog catalog, LogStore store, TimeProvider time)
{
    private const string DefaultClass = "STANDARD";

    // The days that CloudWatch takes (PutRetentionPolicy), printed in this order.
    private static readonly ImmutableArray<int> Retentions =
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

    /// <summary>Throws <c>ResourceAlreadyExistsException</c>.</summary>
    public Task CreateAsync(
        Caller caller,
        string name,
        string? groupClass,
        string? kmsKeyId,
        bool isProtected,
        IReadOnlyDictionary<string, string>? tags,
        CancellationToken cancellationToken)
    {
        LogGroup group = New(caller.Account.Value, caller.Region, name) with
        {
            Class = groupClass ?? DefaultClass,
            KmsKeyId = kmsKeyId,
            DeletionProtectionEnabled = isProtected,
            Tags = (tags ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
        return catalog.CommitAsync(
            transaction =>
            {
                if (LogsDocuments.Find(transaction, group.Account, group.Region, name) is not null)
                {
                    throw LogsErrors.GroupExists();
                }

                LogsDocuments.Put(transaction, group);
                return group;
            },
            cancellationToken);
    }

    public async Task DeleteAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        LogGroup deleted = await catalog.CommitAsync(
            transaction =>
            {
                LogGroup group = Require(transaction, caller, name);
                if (group.DeletionProtectionEnabled)
                {
                    throw LogsErrors.Protected();
                }

                LogsDocuments.Delete(transaction, group);
                return group;
            },
            cancellationToken);
        store.Remove(deleted);
    }

    /// <param name="nameOrArn">Of the caller's account and region.</param>
    public LogGroup Get(Caller caller, string nameOrArn) => Require(catalog.Current, caller, NameOf(caller, nameOrArn));

    public bool Exists(Caller caller, string name) =>
        LogsDocuments.Find(catalog.Current, caller.Account.Value, caller.Region, name) is not null;

    /// <summary>In the order of their names.</summary>
    public IEnumerable<LogGroup> List(Caller caller, string prefix, string? after) => LogsDocuments.List(catalog.Current, caller, prefix, after);

    public long StoredBytes(LogGroup group) => store.Of(group).StoredBytes;

    /// <param name="days">Null: for ever.</param>
    public Task SetRetentionAsync(Caller caller, string name, int? days, CancellationToken cancellationToken) =>
        days is null || Retentions.Contains(days.Value)
            ? ChangeAsync(caller, name, group => group with { RetentionInDays = days }, cancellationToken)
            : throw LogsErrors.InvalidParameter(string.Create(
                CultureInfo.InvariantCulture,
                $"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [{string.Join(", ", Retentions)}]"));

    public Task TagAsync(Caller caller, string nameOrArn, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        ChangeAsync(caller, nameOrArn, group => group with { Tags = WithinLimit(group.Tags.SetItems(tags)) }, cancellationToken);

    public Task UntagAsync(Caller caller, string nameOrArn, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        ChangeAsync(caller, nameOrArn, group => group with { Tags = group.Tags.RemoveRange(keys) }, cancellationToken);

    public void CreateStream(Caller caller, string groupName, string streamName)
    {
        if (!store.Of(Require(catalog.Current, caller, groupName)).TryCreateStream(streamName, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            throw LogsErrors.StreamExists();
        }
    }

    public void DeleteStream(Caller caller, string groupName, string streamName)
    {
        if (!store.Of(Require(catalog.Current, caller, groupName)).TryDeleteStream(streamName))
        {
            throw LogsErrors.StreamNotFound();
        }
    }

    /// <summary>By their names.</summary>
    public IEnumerable<LogStream> ListStreams(LogGroup group) => store.Of(group).Streams.Values;

    /// <summary>The group that functions write to, made when it is not there.</summary>
    internal async Task<LogGroup> GetOrCreateAsync(string account, string region, string name, CancellationToken cancellationToken) =>
        LogsDocuments.Find(catalog.Current, account, region, name) ?? await catalog.CommitAsync(
            transaction =>
            {
                if (LogsDocuments.Find(transaction, account, region, name) is { } existing)
                {
                    return existing;
                }

                LogGroup group = New(account, region, name);
                LogsDocuments.Put(transaction, group);
                return group;
            },
            cancellationToken);

    private LogGroup New(string account, string region, string name) => new()
    {
        Name = name,
        Account = account,
        Region = region,
        CreationTime = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Folder = LogStore.NewFolder(),
        Class = DefaultClass,
    };

    private Task ChangeAsync(Caller caller, string nameOrArn, Func<LogGroup, LogGroup> change, CancellationToken cancellationToken)
    {
        string name = NameOf(caller, nameOrArn);
        return catalog.CommitAsync(
            transaction =>
            {
                LogsDocuments.Put(transaction, change(Require(transaction, caller, name)));
                return true;
            },
            cancellationToken);
    }

    private static LogGroup Require(CatalogSnapshot snapshot, Caller caller, string name) =>
        LogsDocuments.Find(snapshot, caller.Account.Value, caller.Region, name) ?? throw LogsErrors.GroupNotFound();

    private static ImmutableSortedDictionary<string, string> WithinLimit(ImmutableSortedDictionary<string, string> tags) => tags.Count <= Limits.LogGroupTags
        ? tags
        : throw new AwsError(
            "TooManyTagsException",
            400,
            string.Create(CultureInfo.InvariantCulture, $"A resource can have no more than {Limits.LogGroupTags} tags."),
            AwsErrorBody.LowerMessageOnly);

    /// <summary>An ARN may end in <c>:*</c>. That of another account or region is not found here.</summary>
    private static string NameOf(Caller caller, string nameOrArn)
    {
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            return nameOrArn;
        }

        string[] parts = nameOrArn.Split(':');
        bool isGroup = parts is ["arn", _, "logs", _, _, "log-group", _] or ["arn", _, "logs", _, _, "log-group", _, "*"];
        return !isGroup ? throw LogsErrors.InvalidParameter("The specified resource is not a valid log group ARN.")
            : parts[3] == caller.Region && parts[4] == caller.Account.Value ? parts[6]
            : throw LogsErrors.GroupNotFound();
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>
/// Makes, describes, changes and deletes tables. What AWS takes seconds for is done when it is answered: the answer has AWS's CREATING,
/// UPDATING or DELETING, and who asks again finds it done.
/// </summary>
public sealed class Tables(TableStore store, TimeProvider time)
{
    private const string Active = "ACTIVE";

    /// <summary>Throws <c>ResourceInUseException</c> when there is one of the name.</summary>
    public async Task<TableDescription> CreateAsync(Caller caller, TableDraft draft, CancellationToken cancellationToken)
    {
        TableRules.CheckTable(draft);
        CheckTags(draft.Tags.Count);
        TableDefinition created = await store.WriteAsync(
            writer => writer.Tables.ContainsKey(TableStore.KeyOf(caller, draft.Name))
                ? throw DynamoDbErrors.TableExists(draft.Name)
                : writer.Create(New(caller, draft)),
            cancellationToken);
        return Empty(created, "CREATING");
    }

    /// <summary>Throws <c>ResourceNotFoundException</c>.</summary>
    public TableDescription Describe(Caller caller, string nameOrArn)
    {
        string name = NameOf(caller, nameOrArn);
        TableDefinition table = store.Find(caller, name) ?? throw DynamoDbErrors.TableNotFound(name);
        return Describe(table, Active);
    }

    /// <summary>Names of the caller's tables, in their order.</summary>
    public IEnumerable<string> List(Caller caller, string? after)
    {
        string prefix = TableStore.KeyOf(caller, "");
        return store.Tables.Where(table => table.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static table => table.Value.Name)
            .Where(name => after is null || string.CompareOrdinal(name, after) > 0);
    }

    public async Task<TableDescription> DeleteAsync(Caller caller, string nameOrArn, CancellationToken cancellationToken)
    {
        string name = NameOf(caller, nameOrArn);
        TableDefinition deleted = await store.WriteAsync(
            writer =>
            {
                TableDefinition table = writer.Tables.GetValueOrDefault(TableStore.KeyOf(caller, name)) ?? throw DynamoDbErrors.TableNotFound(name);
                if (table.DeletionProtectionEnabled)
                {
                    throw DynamoDbErrors.TableProtected(table.Arn);
                }

                writer.Drop(table);
                return table;
            },
            cancellationToken);
        return Empty(deleted, "DELETING");
    }

    public async Task<TableDescription> UpdateAsync(Caller caller, string nameOrArn, TableChanges changes, CancellationToken cancellationToken)
    {
        string name = NameOf(caller, nameOrArn);
        TableDefinition updated = await store.WriteAsync(
            writer =>
            {
                TableDefinition table = writer.Tables.GetValueOrDefault(TableStore.KeyOf(caller, name)) ?? throw DynamoDbErrors.TableNotFound(name);
                return Update(writer, table, changes);
            },
            cancellationToken);
        return Describe(updated, "UPDATING");
    }

    public Task SetTimeToLiveAsync(Caller caller, string nameOrArn, string attribute, bool enabled, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        NameOf(caller, nameOrArn),
        table => (enabled, table.TimeToLiveAttribute) switch
        {
            (true, null) => table with { TimeToLiveAttribute = attribute },
            (true, _) => throw DynamoDbErrors.Validation("TimeToLive is already enabled"),
            (false, null) => throw DynamoDbErrors.Validation("TimeToLive is already disabled"),
            (false, { } current) => current == attribute
                ? table with { TimeToLiveAttribute = null }
                : throw DynamoDbErrors.Validation($"TimeToLive is active on a different AttributeName: current AttributeName is {current}"),
        },
        cancellationToken);

    public Task TagAsync(Caller caller, string arn, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        ChangeAsync(caller, ResourceOf(caller, arn), table => table with { Tags = WithinLimit(table.Tags.SetItems(tags)) }, cancellationToken);

    public Task UntagAsync(Caller caller, string arn, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        ChangeAsync(caller, ResourceOf(caller, arn), table => table with { Tags = table.Tags.RemoveRange(keys) }, cancellationToken);

    public IReadOnlyDictionary<string, string> TagsOf(Caller caller, string arn) =>
        (store.Find(caller, ResourceOf(caller, arn)) ?? throw ArnNotFound(arn)).Tags;

    /// <summary>Throws <c>ResourceNotFoundException</c> as the operations on items do.</summary>
    internal static TableDefinition Require(TableStore store, Caller caller, string nameOrArn) =>
        store.Find(caller, NameOf(caller, nameOrArn)) ?? throw DynamoDbErrors.NotFound();

    /// <summary>Requests have a table's name or its ARN. Of the tables of other accounts and regions none is found here.</summary>
    internal static string NameOf(Caller caller, string nameOrArn)
    {
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            return nameOrArn.Length is >= 3 and <= 255 ? nameOrArn : throw DynamoDbErrors.Validation(
                "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, "
                + "and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'");
        }

        string[] parts = nameOrArn.Split(':');
        return parts is not ["arn", _, "dynamodb", var region, var account, var resource] || !resource.StartsWith("table/", StringComparison.Ordinal)
                ? throw DynamoDbErrors.Validation($"Invalid TableArn: {nameOrArn}")
            : region == caller.Region && account == caller.Account.Value ? resource["table/".Length..]
            : throw DynamoDbErrors.NotFound();
    }

    private static string ResourceOf(Caller caller, string arn)
    {
        try
        {
            return arn.StartsWith("arn:", StringComparison.Ordinal) ? NameOf(caller, arn) : throw DynamoDbErrors.Validation($"Invalid TableArn: {arn}");
        }
        catch (AwsError error) when (error.Code == "ResourceNotFoundException")
        {
            throw ArnNotFound(arn);
        }
    }

    private static AwsError ArnNotFound(string arn) => DynamoDbErrors.Of("ResourceNotFoundException", $"Requested resource not found: ResourcArn: {arn} not found");

    private Task ChangeAsync(
        Caller caller, string name, Func<TableDefinition, TableDefinition> change, CancellationToken cancellationToken) => store.WriteAsync(
        writer => writer.Change(change(writer.Tables.GetValueOrDefault(TableStore.KeyOf(caller, name)) ?? throw DynamoDbErrors.TableNotFound(name))),
        cancellationToken);

    private TableDefinition New(Caller caller, TableDraft draft)
    {
        IndexDraft[] local = [.. draft.LocalIndexes ?? []];
        IndexDraft[] global = [.. draft.GlobalIndexes ?? []];
        return new TableDefinition
        {
            Id = 0,
            Name = draft.Name,
            Account = caller.Account.Value,
            Region = caller.Region,
            TableId = Guid.NewGuid().ToString(),
            CreationTime = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Attributes = [.. draft.Attributes],
            Key = TableRules.SchemaOf(draft.Key),
            Indexes =
            [
                .. local.Select(static (index, i) => TableRules.IndexOf(index, i + 1, isGlobal: false)),
                .. global.Select((index, i) => TableRules.IndexOf(index, local.Length + i + 1, isGlobal: true)),
            ],
            NextIndex = local.Length + global.Length + 1,
            BillingMode = draft.BillingMode ?? TableDefinition.Provisioned,
            BillingChanged = draft.BillingMode == TableDefinition.OnDemand ? time.GetUtcNow().ToUnixTimeMilliseconds() : null,
            Throughput = draft.Throughput ?? new Throughput(0, 0),
            DeletionProtectionEnabled = draft.DeletionProtectionEnabled,
            TableClass = draft.TableClass,
            KmsKeyArn = KmsKeyOf(caller.Region, caller.Account.Value, draft.KmsKey),
            Tags = draft.Tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private TableDefinition Update(TableWriter writer, TableDefinition table, TableChanges changes)
    {
        if (changes.CreatedIndexes.Count + changes.DeletedIndexes.Count > 1)
        {
            throw DynamoDbErrors.Of(
                "LimitExceededException", "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
        }

        TableDefinition updated = WithBilling(table, changes) with
        {
            DeletionProtectionEnabled = changes.DeletionProtectionEnabled ?? table.DeletionProtectionEnabled,
            TableClass = changes.TableClass ?? table.TableClass,
            KmsKeyArn = changes.KmsKey is null ? table.KmsKeyArn
                : changes.KmsKey.Length == 0 ? null
                : KmsKeyOf(table.Region, table.Account, changes.KmsKey),
            Indexes =
            [
                .. table.Indexes.Select(index =>
                    changes.IndexThroughputs.TryGetValue(index.Name, out Throughput? units) ? index with { Throughput = units } : index),
            ],
        };
        if (changes.IndexThroughputs.Keys.FirstOrDefault(name => table.FindIndex(name) is not { IsGlobal: true }) is { } unknown)
        {
            throw DynamoDbErrors.Of("ResourceNotFoundException", $"Requested resource not found: Index: {unknown} not found");
        }

        updated = changes.CreatedIndexes is [var draft] ? WithIndex(writer, updated, draft, changes.Attributes) : updated;
        updated = changes.DeletedIndexes is [var name] ? WithoutIndex(writer, updated, name) : updated;
        return writer.Change(updated);
    }

    private TableDefinition WithBilling(TableDefinition table, TableChanges changes)
    {
        if (changes.BillingMode is null && changes.Throughput is null)
        {
            return table;
        }

        string billing = changes.BillingMode ?? table.BillingMode;
        TableRules.CheckBilling(billing, changes.Throughput);
        return table with
        {
            BillingMode = billing,
            BillingChanged = billing == table.BillingMode ? table.BillingChanged : time.GetUtcNow().ToUnixTimeMilliseconds(),
            Throughput = changes.Throughput ?? new Throughput(0, 0),
        };
    }

    private static TableDefinition WithIndex(TableWriter writer, TableDefinition table, IndexDraft draft, IReadOnlyList<AttributeDefinition>? attributes)
    {
        TableRules.CheckGlobal(draft, table.BillingMode);
        if (table.FindIndex(draft.Name) is not null)
        {
            throw DynamoDbErrors.Validation($"Attempting to create an index which already exists: {draft.Name}");
        }

        AttributeDefinition[] all = [.. table.Attributes.UnionBy(attributes ?? [], static attribute => attribute.Name)];
        if (draft.Key.FirstOrDefault(element => !all.Any(attribute => attribute.Name == element.Attribute)) is not null)
        {
            throw DynamoDbErrors.Invalid(
                "Some index key attributes are not defined in AttributeDefinitions. "
                + $"Keys: [{string.Join(", ", draft.Key.Select(static element => element.Attribute))}], "
                + $"AttributeDefinitions: [{string.Join(", ", all.Select(static attribute => attribute.Name))}]");
        }

        if (table.Indexes.Count(static index => index.IsGlobal) >= Limits.GlobalIndexes)
        {
            throw DynamoDbErrors.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"GlobalSecondaryIndex count exceeds the per-table limit of {Limits.GlobalIndexes}"));
        }

        IndexDefinition index = TableRules.IndexOf(draft, table.NextIndex, isGlobal: true);
        TableDefinition grown = UsedOnly(table with { Attributes = [.. all], Indexes = table.Indexes.Add(index), NextIndex = table.NextIndex + 1 });
        writer.FillIndex(grown, index);
        return grown;
    }

    private static TableDefinition WithoutIndex(TableWriter writer, TableDefinition table, string name)
    {
        IndexDefinition index = table.FindIndex(name) is { IsGlobal: true } found
            ? found
            : throw DynamoDbErrors.Of("ResourceNotFoundException", $"Requested resource not found: Index: {name} not found");
        writer.DropIndex(table, index);
        return UsedOnly(table with { Indexes = table.Indexes.Remove(index) });
    }

    /// <summary>Attributes that no key has any more are not defined either.</summary>
    private static TableDefinition UsedOnly(TableDefinition table)
    {
        string[] used = [.. table.Indexes.SelectMany(static index => index.Key.Names).Concat(table.Key.Names)];
        return table with { Attributes = [.. table.Attributes.Where(attribute => used.Contains(attribute.Name))] };
    }

    private TableDescription Describe(TableDefinition table, string status) => store.Read(database =>
    {
        (long items, long bytes) = TableReader.Count(database, table, index: null);
        return new TableDescription(
            table,
            status,
            items,
            bytes,
            table.Indexes.ToDictionary(static index => index.Name, index => TableReader.Count(database, table, index), StringComparer.Ordinal));
    });

    private static TableDescription Empty(TableDefinition table, string status) =>
        new(table, status, 0, 0, table.Indexes.ToDictionary(static index => index.Name, static _ => (0L, 0L), StringComparer.Ordinal));

    private static string? KmsKeyOf(string region, string account, string? key) => key switch
    {
        null => null,
        "" => $"arn:aws:kms:{region}:{account}:alias/aws/dynamodb",
        _ when key.StartsWith("arn:", StringComparison.Ordinal) => key,
        _ when key.StartsWith("alias/", StringComparison.Ordinal) => $"arn:aws:kms:{region}:{account}:{key}",
        _ => $"arn:aws:kms:{region}:{account}:key/{key}",
    };

    private static ImmutableSortedDictionary<string, string> WithinLimit(ImmutableSortedDictionary<string, string> tags)
    {
        CheckTags(tags.Count);
        return tags;
    }

    private static void CheckTags(int count)
    {
        if (count > Limits.TagsPerResource)
        {
            throw DynamoDbErrors.Invalid("Too many tags: the maximum number of tags per resource is "
                + Limits.TagsPerResource.ToString(CultureInfo.InvariantCulture));
        }
    }
}

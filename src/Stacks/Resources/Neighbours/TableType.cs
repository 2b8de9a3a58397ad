using System.Globalization;
using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using Lamina.Stacks.Evaluation;
using Lamina.Stacks.Templates;

namespace Lamina.Stacks.Resources.Neighbours;

/// <summary>
/// AWS::DynamoDB::Table. A stream, recovery, insights and the like are only kept in the stack (docs/not-served.txt); an import is refused, for
/// the table would not have what it is to have.
/// </summary>
internal sealed class TableType(StackRoomParts rooms) : IResourceType
{
    private const string Unserved = "ImportSourceSpecification";

    public string Name => "AWS::DynamoDB::Table";

    public ResourceShape Shape { get; } = new()
    {
        Known = ResourceShape.Set(
            Unserved, "TableName", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "BillingMode",
            "ProvisionedThroughput", "DeletionProtectionEnabled", "TableClass", "SSESpecification", "Tags", "TimeToLiveSpecification",
            "PointInTimeRecoverySpecification", "ContributorInsightsSpecification", "StreamSpecification", "KinesisStreamSpecification",
            "OnDemandThroughput", "WarmThroughput", "ResourcePolicy"),
        Required = ["KeySchema"],
        Replacing = ResourceShape.Set("TableName", "KeySchema", "LocalSecondaryIndexes"),
        NameProperty = "TableName",
        MaxNameLength = 255,
        Attributes = ResourceShape.Set("Arn", "StreamArn"),
    };

    public string? MarkBefore(ResourceCall call)
    {
        CheckServed(call);
        return Exists(call.Caller, call.Name) ? throw Faults.Exists(Name, call.Name) : null;
    }

    public async Task<ResourceResult> CreateAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (!call.IsRepeated || !Exists(call.Caller, call.Name))
        {
            await rooms.Tables.CreateAsync(
                call.Caller,
                new TableDraft
                {
                    Name = call.Name,
                    Attributes = AttributesOf(call),
                    Key = KeyOf(call.Properties),
                    LocalIndexes = call.Properties["LocalSecondaryIndexes"] is null ? null : IndexesOf(call, "LocalSecondaryIndexes"),
                    GlobalIndexes = call.Properties["GlobalSecondaryIndexes"] is null ? null : IndexesOf(call, "GlobalSecondaryIndexes"),
                    BillingMode = call.Text("BillingMode"),
                    Throughput = ThroughputOf(call.Properties),
                    DeletionProtectionEnabled = Scalars.IsTrue(call.Properties["DeletionProtectionEnabled"]),
                    TableClass = call.Text("TableClass"),
                    KmsKey = KeyIdOf(call),
                    Tags = TemplateTags.Of(call),
                },
                cancellationToken);
        }

        await call.InitiatedAsync(call.Name);
        await SetTimeToLiveAsync(call, call.Name, cancellationToken);
        return Result(call, call.Name);
    }

    public async Task<ResourceResult> UpdateAsync(ResourceCall call, TemplateMap before, CancellationToken cancellationToken)
    {
        CheckServed(call);
        string name = call.PhysicalId!;
        TableDefinition table = rooms.Tables.Describe(call.Caller, name).Table;
        string billing = call.Text("BillingMode") ?? "PROVISIONED";
        Throughput? throughput = ThroughputOf(call.Properties);
        await rooms.Tables.UpdateAsync(
            call.Caller,
            name,
            new TableChanges
            {
                BillingMode = billing == table.BillingMode ? null : billing,
                Throughput = throughput == table.Throughput ? null : throughput,
                DeletionProtectionEnabled = Scalars.IsTrue(call.Properties["DeletionProtectionEnabled"]),
                TableClass = call.Text("TableClass") ?? (table.TableClass is null ? null : "STANDARD"),
                KmsKey = KeyIdOf(call) ?? (table.KmsKeyArn is null ? null : ""),
            },
            cancellationToken);
        await UpdateIndexesAsync(call, table, cancellationToken);
        await SetTimeToLiveAsync(call, name, cancellationToken);
        Dictionary<string, string> tags = TemplateTags.Of(call);
        await rooms.Tables.UntagAsync(call.Caller, table.Arn, table.Tags.Keys.Except(tags.Keys, StringComparer.Ordinal), cancellationToken);
        await rooms.Tables.TagAsync(call.Caller, table.Arn, tags, cancellationToken);
        return Result(call, name);
    }

    public async Task DeleteAsync(ResourceCall call, CancellationToken cancellationToken)
    {
        if (Exists(call.Caller, call.PhysicalId!))
        {
            await rooms.Tables.DeleteAsync(call.Caller, call.PhysicalId!, cancellationToken);
        }
    }

    private static void CheckServed(ResourceCall call)
    {
        if (call.Properties.Has(Unserved))
        {
            throw StackErrors.Validation($"Lamina does not serve the property {Unserved} of AWS::DynamoDB::Table yet.");
        }
    }

    /// <summary>Those that the template no longer has go first: there is room for twenty.</summary>
    private async Task UpdateIndexesAsync(ResourceCall call, TableDefinition table, CancellationToken cancellationToken)
    {
        IndexDraft[] wanted = IndexesOf(call, "GlobalSecondaryIndexes");
        IndexDefinition[] there = [.. table.Indexes.Where(static index => index.IsGlobal)];
        foreach (IndexDefinition surplus in there.Where(index => !Array.Exists(wanted, draft => draft.Name == index.Name)))
        {
            await rooms.Tables.UpdateAsync(call.Caller, table.Name, new TableChanges { DeletedIndexes = [surplus.Name] }, cancellationToken);
        }

        foreach (IndexDraft draft in wanted)
        {
            if (there.FirstOrDefault(index => index.Name == draft.Name) is not { } index)
            {
                TableChanges added = new() { CreatedIndexes = [draft], Attributes = AttributesOf(call) };
                await rooms.Tables.UpdateAsync(call.Caller, table.Name, added, cancellationToken);
            }
            else if (!index.Key.Names.SequenceEqual(draft.Key.Select(static element => element.Attribute), StringComparer.Ordinal)
                || index.Projection != (draft.Projection ?? index.Projection))
            {
                throw StackErrors.Validation("Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights Specification. "
                    + "You can create a new GSI with a different name.");
            }
            else if (draft.Throughput is { } units && units != index.Throughput)
            {
                TableChanges changed = new() { IndexThroughputs = new Dictionary<string, Throughput> { [index.Name] = units } };
                await rooms.Tables.UpdateAsync(call.Caller, table.Name, changed, cancellationToken);
            }
        }
    }

    private async Task SetTimeToLiveAsync(ResourceCall call, string name, CancellationToken cancellationToken)
    {
        TemplateMap? specification = call.Map("TimeToLiveSpecification");
        string? wanted = Scalars.IsTrue(specification?["Enabled"]) ? Scalars.TextOf(specification!["AttributeName"]) : null;
        string? current = rooms.Tables.Describe(call.Caller, name).Table.TimeToLiveAttribute;
        if (current is not null && current != wanted)
        {
            await rooms.Tables.SetTimeToLiveAsync(call.Caller, name, current, enabled: false, cancellationToken);
        }

        if (wanted is not null && current != wanted)
        {
            await rooms.Tables.SetTimeToLiveAsync(call.Caller, name, wanted, enabled: true, cancellationToken);
        }
    }

    private static AttributeDefinition[] AttributesOf(ResourceCall call) =>
    [
        .. call.List("AttributeDefinitions").OfType<TemplateMap>().Select(static attribute =>
            new AttributeDefinition(TextOf(attribute, "AttributeName"), TextOf(attribute, "AttributeType"))),
    ];

    private static KeyElement[] KeyOf(TemplateMap owner) =>
    [
        .. (owner["KeySchema"] as TemplateList ?? []).OfType<TemplateMap>().Select(static element =>
            new KeyElement(TextOf(element, "AttributeName"), TextOf(element, "KeyType"))),
    ];

    private static IndexDraft[] IndexesOf(ResourceCall call, string property) =>
    [
        .. call.List(property).OfType<TemplateMap>().Select(static index =>
        {
            TemplateMap? projection = index["Projection"] as TemplateMap;
            string[] others = [.. (projection?["NonKeyAttributes"] as TemplateList ?? []).Select(Scalars.TextOf).OfType<string>()];
            return new IndexDraft(
                TextOf(index, "IndexName"),
                KeyOf(index),
                Scalars.TextOf(projection?["ProjectionType"]),
                others.Length == 0 ? null : others,
                ThroughputOf(index));
        }),
    ];

    private static Throughput? ThroughputOf(TemplateMap owner) => owner["ProvisionedThroughput"] is TemplateMap units
        ? new Throughput(NumberOf(units, "ReadCapacityUnits"), NumberOf(units, "WriteCapacityUnits")) : null;

    private static string? KeyIdOf(ResourceCall call) => call.Map("SSESpecification") is { } encryption && Scalars.IsTrue(encryption["SSEEnabled"])
        ? Scalars.TextOf(encryption["KMSMasterKeyId"]) ?? "" : null;

    private static string TextOf(TemplateMap map, string name) =>
        Scalars.TextOf(map[name]) ?? throw StackErrors.Validation($"Property {name} cannot be empty.");

    private static long NumberOf(TemplateMap map, string name) =>
        long.TryParse(TextOf(map, name), CultureInfo.InvariantCulture, out long number) ? number : throw StackErrors.Validation($"{name} must be a number.");

    private bool Exists(Caller caller, string name) => rooms.Tables.List(caller, null).Contains(name, StringComparer.Ordinal);

    /// <summary>A stream's label is the time of its beginning; here the table's.</summary>
    private ResourceResult Result(ResourceCall call, string name)
    {
        TableDefinition table = rooms.Tables.Describe(call.Caller, name).Table;
        TemplateMap attributes = new() { ["Arn"] = table.Arn };
        if (call.Map("StreamSpecification") is not null)
        {
            DateTimeOffset created = DateTimeOffset.FromUnixTimeMilliseconds(table.CreationTime);
            attributes["StreamArn"] = string.Create(CultureInfo.InvariantCulture, $"{table.Arn}/stream/{created:yyyy-MM-dd'T'HH:mm:ss.fff}");
        }

        return new ResourceResult(name, attributes);
    }
}

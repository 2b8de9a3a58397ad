using System.Text;
using System.Text.Json;
using Lamina.Companions.DynamoDb;
using Lamina.Contract;
using Lamina.Rooms.Tests.Store;

namespace Lamina.Rooms.Tests.Companions.DynamoDb;

/// <summary>DynamoDB as the server puts it together, over a folder of the test's own.</summary>
public sealed class DynamoDbRoom : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    public DynamoDbRoom() => Open();

    public static Caller Owner => S3Room.Caller;

    public TableStore Store { get; private set; } = null!;

    public Tables Tables { get; private set; } = null!;

    public Items Items { get; private set; } = null!;

    public ItemWalks Walks { get; private set; } = null!;

    public ItemBatches Batches { get; private set; } = null!;

    public ItemTransactions Transactions { get; private set; } = null!;

    /// <summary>JSON with apostrophes in place of quotes.</summary>
    public static JsonElement Json(string text) => JsonDocument.Parse(text.Replace('\'', '"')).RootElement;

    public static Placeholders With(string? values, params (string Placeholder, string Name)[] names) => new(
        names.Length == 0 ? null : names.ToDictionary(static name => name.Placeholder, static name => name.Name), values is null ? null : Json(values));

    /// <summary>Answers' JSON with apostrophes in place of quotes.</summary>
    public static string? Text(byte[]? json) => json is not null ? Encoding.UTF8.GetString(json).Replace('"', '\'') : null;

    /// <param name="key">Attributes with their types: <c>id:S at:N</c>.</param>
    public Task<TableDescription> CreateAsync(string name, string key, params IndexDraft[] globalIndexes) => CreateAsync(name, key, local: null, globalIndexes);

    public Task<TableDescription> CreateAsync(string name, string key, IndexDraft[]? local, IndexDraft[]? global)
    {
        string[][] attributes = [.. key.Split(' ').Select(static part => part.Split(':'))];
        string[] keys = [.. attributes.Select(static part => part[0])];
        string[] others = [.. (local ?? []).Concat(global ?? []).SelectMany(static index => index.Key).Select(static element => element.Attribute).Except(keys).Distinct()];
        return Tables.CreateAsync(
            Owner,
            new TableDraft
            {
                Name = name,
                Attributes =
                [
                    .. attributes.Select(static part => new AttributeDefinition(part[0], part[1])),
                    .. others.Select(static other => new AttributeDefinition(other, other.EndsWith('N') ? "N" : "S")),
                ],
                Key = KeyOf(keys),
                LocalIndexes = local is { Length: > 0 } ? local : null,
                GlobalIndexes = global is { Length: > 0 } ? global : null,
                BillingMode = "PAY_PER_REQUEST",
            },
            CancellationToken.None);
    }

    /// <summary>Attributes whose names end in N are numbers, others strings.</summary>
    public static IndexDraft Index(string name, string key, string projection = "ALL", params string[] more) =>
        new(name, KeyOf(key.Split(' ')), projection, more.Length == 0 ? null : more, null);

    public Task<ItemAnswer> PutAsync(string table, string item) => WriteAsync(ItemAction.Put, table, item);

    public Task<ItemAnswer> WriteAsync(
        ItemAction action, string table, string item, string? condition = null, string? update = null, Placeholders? placeholders = null, string returned = "NONE") =>
        Items.WriteAsync(Owner, Request(action, table, item, condition, update, placeholders, returned), CancellationToken.None);

    public static ItemRequest Request(
        ItemAction action, string table, string item, string? condition = null, string? update = null, Placeholders? placeholders = null, string returned = "NONE") => new()
    {
        Action = action,
        Table = table,
        Item = Json(item),
        Condition = condition,
        Update = update,
        Placeholders = placeholders ?? new Placeholders(null, null),
        ReturnValues = returned,
        ReturnsItemOnFailure = true,
    };

    public string? Get(string table, string key) => Text(Items.Get(Owner, new GetRequest(table, Json(key), null, null, Consistent: true)).Attributes);

    /// <summary>As the next process finds it.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    private static KeyElement[] KeyOf(string[] names) => [.. names.Select(static (name, i) => new KeyElement(name, i == 0 ? "HASH" : "RANGE"))];

    private void Open()
    {
        Store = TableStore.Open(_folder.Below("dynamodb"));
        Tables = new Tables(Store, TimeProvider.System);
        Items = new Items(Store);
        Walks = new ItemWalks(Store);
        Batches = new ItemBatches(Store);
        Transactions = new ItemTransactions(Store, TimeProvider.System);
    }
}

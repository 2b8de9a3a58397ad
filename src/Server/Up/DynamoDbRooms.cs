using Lamina.Access.Policies;
using Lamina.Companions.DynamoDb;
using Lamina.Contract.Models;
using Lamina.Server.Operations.DynamoDb;
using Lamina.Server.Wire;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Up;

/// <summary>DynamoDB: the tables in their own database, and the service.</summary>
internal sealed record DynamoDbRooms(TableStore Store, Tables Tables, JsonService Service) : IAsyncDisposable
{
    /// <param name="authorizer">Null where policies are not enforced.</param>
    public static DynamoDbRooms Open(string dataDirectory, IdentityAuthorizer? authorizer, TimeProvider time)
    {
        TableStore store = TableStore.Open(Path.Combine(dataDirectory, "dynamodb"));
        Tables tables = new(store, time);
        Items items = new(store);
        ItemWalks walks = new(store);
        ItemBatches batches = new(store);
        ItemTransactions transactions = new(store, time);
        JsonService service = new(
            "dynamodb",
            "DynamoDB_20120810",
            DynamoDbOperations.All,
            [
                new BatchGetItem(batches),
                new BatchWriteItem(batches),
                new CreateTable(tables),
                new DeleteItem(items),
                new DeleteTable(tables),
                new DescribeTable(tables),
                new DescribeTimeToLive(tables),
                new GetItem(items),
                new ListTables(tables),
                new ListTagsOfResource(tables),
                new PutItem(items),
                new Query(walks),
                new Scan(walks),
                new TagResource(tables),
                new TransactGetItems(transactions),
                new TransactWriteItems(transactions),
                new UntagResource(tables),
                new UpdateItem(items),
                new UpdateTable(tables),
                new UpdateTimeToLive(tables),
            ],
            DynamoDbErrors.Validation,
            authorizer is null ? null : DynamoDbResources.Authorization(authorizer, time))
        {
            Dialect = JsonDialect.DynamoDb,
            Limit = BodyLimit.Items("dynamodb"),
        };
        return new DynamoDbRooms(store, tables, service);
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>Reads and writes single items.</summary>
public sealed class Items(TableStore store)
{
    /// <summary>The item, or the attributes of it that were asked for; no attributes when there is no such item.</summary>
    public ItemAnswer Get(Caller caller, GetRequest request)
    {
        PreparedGet get = new(request);
        TableDefinition table = Tables.Require(store, caller, request.Table);
        return store.Read(database => get.Run(database, table, times: 1));
    }

    /// <summary>Throws <c>ValidationException</c>, <c>ConditionalCheckFailedException</c> or <c>ResourceNotFoundException</c>.</summary>
    public Task<ItemAnswer> WriteAsync(Caller caller, ItemRequest request, CancellationToken cancellationToken)
    {
        PreparedWrite write = new(request);
        string name = Tables.NameOf(caller, request.Table);
        return store.WriteAsync(writer => write.Run(writer, writer.Require(caller, name), unitsTimes: 1), cancellationToken);
    }
}

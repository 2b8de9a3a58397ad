using System.Text.Json;
using Lamina.Contract;

namespace Lamina.Companions.DynamoDb;

/// <summary>Reads and writes many items at once, all or none.</summary>
public sealed class ItemTransactions(TableStore store, TimeProvider time)
{
    // What is prepared and what is committed both count.
    private const int UnitsTimes = 2;

    /// <summary>Null for an item that is not there; all of one state.</summary>
    public IReadOnlyList<ItemAnswer> Get(Caller caller, IReadOnlyList<GetRequest> requests)
    {
        (PreparedGet Get, TableDefinition Table)[] gets =
            [.. requests.Select(request => (new PreparedGet(request), Tables.Require(store, caller, request.Table)))];
        return store.Read(database =>
        {
            List<ItemAnswer> answers = [];
            List<Reason> reasons = [];
            foreach ((PreparedGet get, TableDefinition table) in gets)
            {
                reasons.Add(Try(() => answers.Add(get.Run(database, table, UnitsTimes))));
            }

            ThrowIfAny(reasons);
            return answers;
        });
    }

    /// <summary>
    /// Throws <c>TransactionCanceledException</c> with a reason for each request when one cannot be done, and
    /// <c>IdempotentParameterMismatchException</c>.
    /// </summary>
    /// <param name="token">A request with a token that was done is not done again; null: it has none.</param>
    /// <param name="digest">Of the request, to tell another one with the same token.</param>
    public Task<IReadOnlyList<CapacityUse>> WriteAsync(
        Caller caller, IReadOnlyList<ItemRequest> requests, string? token, byte[] digest, CancellationToken cancellationToken)
    {
        (PreparedWrite Write, string Table)[] writes = [.. requests.Select(request => (new PreparedWrite(request), Tables.NameOf(caller, request.Table)))];
        return store.WriteAsync(
            writer => token is not null && writer.IsRepeated(caller, token, digest, time.GetUtcNow()) ? [] : Run(writer, caller, writes),
            cancellationToken);
    }

    private static IReadOnlyList<CapacityUse> Run(TableWriter writer, Caller caller, (PreparedWrite Write, string Table)[] writes)
    {
        TableDefinition[] tables = [.. writes.Select(write => writer.Require(caller, write.Table))];
        HashSet<(long, string, string)> seen = [];
        List<CapacityUse> capacity = [];
        List<Reason> reasons = [];
        for (int i = 0; i < writes.Length; i++)
        {
            PreparedWrite write = writes[i].Write;
            TableDefinition table = tables[i];
            ItemKey? key = null;
            reasons.Add(Try(() =>
            {
                key = write.KeyIn(table);
                capacity.Add(write.Run(writer, table, UnitsTimes).Capacity);
            }));
            if (key is not null && !seen.Add((table.Id, Convert.ToHexString(key.Partition), Convert.ToHexString(key.Sort))))
            {
                throw DynamoDbErrors.Validation("Transaction request cannot include multiple operations on one item");
            }
        }

        ThrowIfAny(reasons);
        return [.. capacity.GroupBy(static use => use.Table, StringComparer.Ordinal).Select(static group => group.Aggregate(static (sum, use) => sum + use))];
    }

    private static Reason Try(Action action)
    {
        try
        {
            action();
            return new Reason("None", null, null);
        }
        catch (AwsError error) when (error.Code == "ConditionalCheckFailedException")
        {
            return new Reason("ConditionalCheckFailed", error.Message, error.Members is [var item] ? item.Json.ToArray() : null);
        }
        catch (AwsError error) when (error.Code == "ValidationException")
        {
            return new Reason("ValidationError", error.Message, null);
        }
    }

    private static void ThrowIfAny(IReadOnlyList<Reason> reasons)
    {
        if (reasons.All(static reason => reason.Message is null))
        {
            return;
        }

        string codes = string.Join(", ", reasons.Select(static reason => reason.Code));
        AwsError error = DynamoDbErrors.Of(
            "TransactionCanceledException", $"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]");
        throw new AwsError(error.Code, error.Status, error.Message, AwsErrorBody.UpperMessageOnly) { Members = [("CancellationReasons", Write(reasons))] };
    }

    private static byte[] Write(IReadOnlyList<Reason> reasons)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (Reason reason in reasons)
            {
                json.WriteStartObject();
                json.WriteString("Code", reason.Code);
                if (reason.Message is not null)
                {
                    json.WriteString("Message", reason.Message);
                }

                if (reason.Item is not null)
                {
                    json.WritePropertyName("Item");
                    json.WriteRawValue(reason.Item, skipInputValidation: true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="Message">Null: nothing stood against this request.</param>
    private sealed record Reason(string Code, string? Message, byte[]? Item);
}

using System.Text.Json;
using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class BatchGetItem(ItemBatches batches) : IJsonOperation
{
    public string Name => "BatchGetItem";

    public Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        (string Table, JsonRequest Request, IReadOnlyList<JsonElement> Keys)[] asked =
        [
            .. (call.Request.StructureMap("RequestItems") ?? []).Select(static table => (table.Key, table.Values[0], table.Values[0].Elements("Keys") ?? [])),
        ];
        IReadOnlyList<BatchGetAnswer> answers = batches.Get(call.Caller, [.. asked.Select(table => BatchOf(table.Table, table.Request, table.Keys))]);
        return Task.FromResult(new JsonResult(json =>
        {
            json.WriteStartObject("Responses");
            foreach (BatchGetAnswer answer in answers)
            {
                json.WritePropertyName(answer.Table);
                ItemAnswers.WriteItems(json, answer.Items);
            }

            json.WriteEndObject();
            json.WriteStartObject("UnprocessedKeys");
            for (int i = 0; i < answers.Count; i++)
            {
                WriteUnprocessed(json, asked[i].Table, asked[i].Request, [.. answers[i].Unprocessed.Select(place => asked[i].Keys[place])]);
            }

            json.WriteEndObject();
            ItemAnswers.WriteCapacity(json, call, answers.Select(static answer => answer.Capacity));
        }));
    }

    private static BatchGet BatchOf(string table, JsonRequest request, IReadOnlyList<JsonElement> keys)
    {
        ItemAnswers.RefuseLegacy(request);
        string? projection = request.Text("ProjectionExpression");
        IReadOnlyDictionary<string, string>? names = request.TextMap("ExpressionAttributeNames");
        bool consistent = request.Flag("ConsistentRead") ?? false;
        return new BatchGet(table, [.. keys.Select(key => new GetRequest(table, key, projection, names, consistent))]);
    }

    /// <summary>In the request's form, so that the client can send it again as it is.</summary>
    private static void WriteUnprocessed(Utf8JsonWriter json, string table, JsonRequest request, JsonElement[] keys)
    {
        if (keys.Length == 0)
        {
            return;
        }

        json.WriteStartObject(table);
        json.WriteStartArray("Keys");
        foreach (JsonElement key in keys)
        {
            key.WriteTo(json);
        }

        json.WriteEndArray();
        foreach (string member in new[] { "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames" })
        {
            if (request.Element(member) is { } value)
            {
                json.WritePropertyName(member);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }
}

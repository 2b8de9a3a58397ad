using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

/// <summary>Query and Scan, which differ in little.</summary>
internal static class WalkAnswers
{
    public static JsonResult Walk(ItemWalks walks, JsonCall call, bool isQuery)
    {
        ItemAnswers.RefuseLegacy(call.Request);
        WalkAnswer answer = walks.Walk(call.Caller, new WalkRequest
        {
            Table = call.Request.RequiredText("TableName"),
            Index = call.Request.Text("IndexName"),
            IsQuery = isQuery,
            KeyCondition = call.Request.Text("KeyConditionExpression"),
            Filter = call.Request.Text("FilterExpression"),
            Projection = call.Request.Text("ProjectionExpression"),
            Placeholders = ItemAnswers.PlaceholdersOf(call.Request),
            Select = call.Request.Text("Select"),
            Limit = call.Request.Integer("Limit"),
            Forward = call.Request.Flag("ScanIndexForward") ?? true,
            Consistent = call.Request.Flag("ConsistentRead") ?? false,
            ExclusiveStartKey = call.Request.Element("ExclusiveStartKey"),
            Segment = call.Request.Integer("Segment"),
            TotalSegments = call.Request.Integer("TotalSegments"),
        });
        return new JsonResult(json =>
        {
            if (answer.Items is not null)
            {
                json.WritePropertyName("Items");
                ItemAnswers.WriteItems(json, answer.Items);
            }

            json.WriteNumber("Count", answer.Count);
            json.WriteNumber("ScannedCount", answer.ScannedCount);
            ItemAnswers.WriteItem(json, "LastEvaluatedKey", answer.LastEvaluatedKey);
            ItemAnswers.WriteCapacity(json, call, answer.Capacity);
        });
    }
}

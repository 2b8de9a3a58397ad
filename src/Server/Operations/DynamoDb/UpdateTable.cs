using Lamina.Companions.DynamoDb;
using Lamina.Contract.Json;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class UpdateTable(Tables tables) : IJsonOperation
{
    public string Name => "UpdateTable";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        TableAnswers.RefuseUnserved(call.Request);
        IReadOnlyList<JsonRequest> indexes = call.Request.Structures("GlobalSecondaryIndexUpdates") ?? [];
        TableDescription updated = await tables.UpdateAsync(
            call.Caller,
            call.Request.RequiredText("TableName"),
            new TableChanges
            {
                Attributes = TableAnswers.AttributesOf(call.Request),
                BillingMode = call.Request.Text("BillingMode"),
                Throughput = TableAnswers.ThroughputOf(call.Request),
                DeletionProtectionEnabled = call.Request.Flag("DeletionProtectionEnabled"),
                TableClass = call.Request.Text("TableClass"),
                KmsKey = TableAnswers.EncryptionOf(call.Request) switch
                {
                    null => null,
                    { Enabled: false } => "",
                    { Key: "" } => "alias/aws/dynamodb",
                    { Key: var key } => key,
                },
                CreatedIndexes = [.. Parts(indexes, "Create").Select(TableAnswers.IndexOf)],
                DeletedIndexes = [.. Parts(indexes, "Delete").Select(static index => index.RequiredText("IndexName"))],
                IndexThroughputs = Parts(indexes, "Update").DistinctBy(static index => index.RequiredText("IndexName"))
                    .ToDictionary(static index => index.RequiredText("IndexName"), static index => TableAnswers.ThroughputOf(index) ?? new Throughput(0, 0)),
            },
            cancellationToken);
        return new JsonResult(json => TableAnswers.Write(json, "TableDescription", updated));
    }

    private static IEnumerable<JsonRequest> Parts(IEnumerable<JsonRequest> updates, string member) =>
        updates.Select(update => update.Structure(member)).OfType<JsonRequest>();
}

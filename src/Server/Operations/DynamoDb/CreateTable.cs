using Lamina.Companions.DynamoDb;
using Lamina.Server.Wire.Json;

namespace Lamina.Server.Operations.DynamoDb;

internal sealed class CreateTable(Tables tables) : IJsonOperation
{
    public string Name => "CreateTable";

    public async Task<JsonResult> HandleAsync(JsonCall call, CancellationToken cancellationToken)
    {
        TableAnswers.RefuseUnserved(call.Request);
        TableDescription created = await tables.CreateAsync(
            call.Caller,
            new TableDraft
            {
                Name = call.Request.RequiredText("TableName"),
                Attributes = TableAnswers.AttributesOf(call.Request) ?? [],
                Key = TableAnswers.KeyOf(call.Request),
                LocalIndexes = call.Request.Structures("LocalSecondaryIndexes")?.Select(TableAnswers.IndexOf).ToArray(),
                GlobalIndexes = call.Request.Structures("GlobalSecondaryIndexes")?.Select(TableAnswers.IndexOf).ToArray(),
                BillingMode = call.Request.Text("BillingMode"),
                Throughput = TableAnswers.ThroughputOf(call.Request),
                DeletionProtectionEnabled = call.Request.Flag("DeletionProtectionEnabled") ?? false,
                TableClass = call.Request.Text("TableClass"),
                KmsKey = TableAnswers.EncryptionOf(call.Request) is { Enabled: true, Key: var key } ? key : null,
                Tags = TableAnswers.TagsOf(call.Request),
            },
            cancellationToken);
        return new JsonResult(json => TableAnswers.Write(json, "TableDescription", created));
    }
}

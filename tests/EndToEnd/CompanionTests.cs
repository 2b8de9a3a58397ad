using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Parameter Store and DynamoDB through AWS's SDKs, and from inside a function.</summary>
public sealed class CompanionTests(SharedServer shared) : SharedServerTests(shared)
{
    /// <summary>What TABLE stands for in this test's requests.</summary>
    private string Table => Own("table");

    public static TheoryData<string> Sdks => ["boto3", "javascript"];

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_parameter_has_versions_a_path_and_a_secret_value(string sdk)
    {
        ILambdaClient client = Connect(sdk);
        string path = $"/{Own("app")}-{sdk}";
        Assert.Equal(1, (int)(await CallAsync(client, "ssm:PutParameter", $$"""{"Name":"{{path}}/url","Value":"one","Type":"String"}"""))["Version"]!);
        ClientAnswer refused = await client.CallAsync("ssm:PutParameter", Json($$"""{"Name":"{{path}}/url","Value":"two","Type":"String"}"""));
        Assert.Equal("ParameterAlreadyExists", refused.Error);
        _ = await CallAsync(client, "ssm:PutParameter", $$"""{"Name":"{{path}}/url","Value":"two","Overwrite":true}""");
        _ = await CallAsync(client, "ssm:PutParameter", $$"""{"Name":"{{path}}/db/password","Value":"secret","Type":"SecureString"}""");

        JsonNode first = (await CallAsync(client, "ssm:GetParameter", $$"""{"Name":"{{path}}/url:1"}"""))["Parameter"]!;
        Assert.Equal(
            ("one", ":1", $"arn:aws:ssm:us-east-1:000000000000:parameter{path}/url", "text"),
            ((string?)first["Value"], (string?)first["Selector"], (string?)first["ARN"], (string?)first["DataType"]));
        JsonObject below = await CallAsync(client, "ssm:GetParametersByPath", $$"""{"Path":"{{path}}","Recursive":true,"WithDecryption":true}""");
        Assert.Equal(["secret", "two"], below["Parameters"]!.AsArray().Select(static found => (string?)found!["Value"]));
        JsonObject some = await CallAsync(client, "ssm:GetParameters", $$"""{"Names":["{{path}}/url","{{path}}/none"]}""");
        Assert.Equal(($"{path}/none", 1), ((string?)some["InvalidParameters"]![0], some["Parameters"]!.AsArray().Count));
        Assert.Equal("ParameterNotFound", (await client.CallAsync("ssm:GetParameter", Json($$"""{"Name":"{{path}}/none"}"""))).Error);
        Assert.Equal("NotImplementedException", (await client.CallAsync("ssm:ListDocuments", [])).Error);
        JsonObject deleted = await CallAsync(client, "ssm:DeleteParameters", $$"""{"Names":["{{path}}/url","{{path}}/db/password"]}""");
        Assert.Equal(2, deleted["DeletedParameters"]!.AsArray().Count);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_table_is_made_written_queried_and_deleted(string sdk)
    {
        ILambdaClient client = Connect(sdk);
        JsonNode made = (await CallAsync(client, "dynamodb:CreateTable", """
            {"TableName":"TABLE","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"nr","KeyType":"RANGE"}],
             "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"nr","AttributeType":"N"},{"AttributeName":"who","AttributeType":"S"}],
             "GlobalSecondaryIndexes":[{"IndexName":"by-who","KeySchema":[{"AttributeName":"who","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}
            """))["TableDescription"]!;
        Assert.Equal(("CREATING", $"arn:aws:dynamodb:us-east-1:000000000000:table/{Table}"), ((string?)made["TableStatus"], (string?)made["TableArn"]));
        Assert.Equal("ACTIVE", (string?)(await CallAsync(client, "dynamodb:DescribeTable", """{"TableName":"TABLE"}"""))["Table"]!["TableStatus"]);
        const string Put = """{"PutRequest":{"Item":{"id":{"S":"a"},"nr":{"N":"NUMBER"},"who":{"S":"me"}}}}""";
        JsonArray puts = [.. new[] { "10", "9", "-1" }.Select(number => Json(Put.Replace("NUMBER", number, StringComparison.Ordinal)))];
        _ = await CallAsync(client, "dynamodb:BatchWriteItem", new JsonObject { ["RequestItems"] = new JsonObject { [Table] = puts } });
        JsonObject updated = await CallAsync(client, "dynamodb:UpdateItem", """
            {"TableName":"TABLE","Key":{"id":{"S":"a"},"nr":{"N":"9"}},"UpdateExpression":"SET #l = :l ADD hits :n","ReturnValues":"UPDATED_NEW",
             "ExpressionAttributeNames":{"#l":"list"},"ExpressionAttributeValues":{":l":{"L":[{"BOOL":true},{"M":{"x":{"N":"1.50"}}}]},":n":{"N":"2"}}}
            """);
        Assert.Equal("""{"hits":{"N":"2"},"list":{"L":[{"BOOL":true},{"M":{"x":{"N":"1.5"}}}]}}""", updated["Attributes"]!.ToJsonString());
        JsonObject found = await CallAsync(client, "dynamodb:Query", """
            {"TableName":"TABLE","KeyConditionExpression":"id = :id AND nr > :n","ExpressionAttributeValues":{":id":{"S":"a"},":n":{"N":"0"}},"ReturnConsumedCapacity":"TOTAL"}
            """);
        Assert.Equal(["9", "10"], found["Items"]!.AsArray().Select(static item => (string?)item!["nr"]!["N"]));
        Assert.Equal(0.5, (double)found["ConsumedCapacity"]!["CapacityUnits"]!);
        JsonObject indexed = await CallAsync(client, "dynamodb:Query", """
            {"TableName":"TABLE","IndexName":"by-who","KeyConditionExpression":"who = :w","ExpressionAttributeValues":{":w":{"S":"me"}},"Select":"COUNT"}
            """);
        Assert.Equal(3, (int)indexed["Count"]!);

        ClientAnswer failed = await client.CallAsync("dynamodb:PutItem", Json(
            """{"TableName":"TABLE","Item":{"id":{"S":"a"},"nr":{"N":"9"}},"ConditionExpression":"attribute_not_exists(id)"}"""));
        Assert.Equal(("ConditionalCheckFailedException", "The conditional request failed"), (failed.Error, failed.Message));
        ClientAnswer cancelled = await client.CallAsync("dynamodb:TransactWriteItems", Json("""
            {"TransactItems":[{"Delete":{"TableName":"TABLE","Key":{"id":{"S":"a"},"nr":{"N":"9"}}}},
             {"ConditionCheck":{"TableName":"TABLE","Key":{"id":{"S":"b"},"nr":{"N":"1"}},"ConditionExpression":"attribute_exists(id)"}}]}
            """));
        Assert.Equal(
            ("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"),
            (cancelled.Error, cancelled.Message));
        Assert.Equal("Requested resource not found", (await client.CallAsync("dynamodb:GetItem", Json("""{"TableName":"nothing","Key":{"id":{"S":"a"}}}"""))).Message);
        Assert.Equal("NotImplementedException", (await client.CallAsync("dynamodb:ListBackups", [])).Error);
        _ = await CallAsync(client, "dynamodb:DeleteTable", """{"TableName":"TABLE"}""");
        Assert.Equal("ResourceNotFoundException", (await client.CallAsync("dynamodb:DescribeTable", Json("""{"TableName":"TABLE"}"""))).Error);
    }

    [Fact]
    public async Task A_function_puts_and_queries_an_item_and_reads_a_parameter_with_boto3()
    {
        string function = Own("writer");
        _ = await CallAsync(AnyClient, "dynamodb:CreateTable", """
            {"TableName":"TABLE","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
             "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}
            """);
        _ = await CallAsync(AnyClient, "ssm:PutParameter", """{"Name":"TABLE","Value":"hello","Type":"SecureString"}""");
        await AnyClient.CreateProbeAsync(function);
        JsonNode? result = await AnyClient.RunAsync(function, """
            import os, boto3
            endpoint = os.environ['AWS_ENDPOINT_URL']
            table = boto3.resource('dynamodb', endpoint_url=endpoint).Table('TABLE')
            value = boto3.client('ssm', endpoint_url=endpoint).get_parameter(Name='TABLE', WithDecryption=True)['Parameter']['Value']
            table.put_item(Item={'id': '1', 'value': value, 'tags': {'a', 'b'}})
            item = table.query(KeyConditionExpression='id = :id', ExpressionAttributeValues={':id': '1'})['Items'][0]
            result = [item['value'], sorted(item['tags'])]
            """.Replace("TABLE", Table, StringComparison.Ordinal));
        Assert.Equal("""["hello",["a","b"]]""", result!.ToJsonString());
    }

    /// <summary>What is acknowledged is there, whenever the server dies; nothing else is half there.</summary>
    [Fact]
    public async Task No_acknowledged_item_is_lost_when_the_server_is_killed()
    {
        string folder = Directory.CreateTempSubdirectory("lamina-killed-").FullName;
        try
        {
            int acknowledged = 0;
            await using (LaminaServer server = await LaminaServer.StartAsync(folder))
            {
                await using ILambdaClient client = ClientTools.Connect("boto3", server.Endpoint);
                _ = await CallAsync(client, "dynamodb:CreateTable", """
                    {"TableName":"kept","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
                     "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}]}
                    """);
                for (; acknowledged < 50; acknowledged++)
                {
                    _ = await CallAsync(client, "dynamodb:PutItem", $$$$"""{"TableName":"kept","Item":{"id":{"N":"{{{{acknowledged}}}}"}}}""");
                }

                await server.KillAsync();
            }

            await using LaminaServer next = await LaminaServer.StartAsync(folder);
            await using ILambdaClient reader = ClientTools.Connect("boto3", next.Endpoint);
            Assert.Equal(acknowledged, (int)(await CallAsync(reader, "dynamodb:Scan", """{"TableName":"kept","Select":"COUNT"}"""))["Count"]!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private JsonObject Json(string text) => JsonNode.Parse(text.Replace("TABLE", Table, StringComparison.Ordinal))!.AsObject();

    private Task<JsonObject> CallAsync(ILambdaClient client, string operation, string parameters) => CallAsync(client, operation, Json(parameters));

    private static async Task<JsonObject> CallAsync(ILambdaClient client, string operation, JsonObject parameters) =>
        (await client.CallAsync(operation, parameters)).Success;
}

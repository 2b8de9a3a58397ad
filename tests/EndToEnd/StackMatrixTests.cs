using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>
/// What an update does to a resource of each type: it changes it in place, replaces it, removes it, and after a failure in the middle all is
/// as it was. What is there is asked of the resource's own service.
/// </summary>
public sealed class StackMatrixTests(KeyedServer server) : IClassFixture<KeyedServer>
{
    private const string Role = "arn:aws:iam::111122223333:role/any";

    private const string Functions = $$"""
          Fn:
            Type: AWS::Lambda::Function
            Properties:
              {Runtime: python3.11, Handler: index.handler, Role: '{{Role}}', Code: {ZipFile: 'def handler(e, c): return 1'}, Environment: {Variables: {NUMBER: '$N'} } }
          Other: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.11, Handler: index.handler, Role: '{{Role}}', Code: {ZipFile: 'x = 1'} } }
        """;

    private const string Document =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private const string Trust = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}";

    // What a resource has after it was changed and changed back may be younger, and have another number.
    private static readonly HashSet<string> Changing =
    [
        "ResponseMetadata", "LastModified", "LastModifiedDate", "LastModifiedTime", "RevisionId", "Location", "UpdateDate", "LastUpdatedTime", "DefaultVersionId", "StackStatus",
        "StateTransitionReason", "UpdateRuntimeOn", "Version", "LastUpdateToPayPerRequestDateTime",
    ];

    private static readonly Case[] Cases =
    [
        new("AWS::Lambda::Function")
        {
            Before = $"Runtime: python3.11, Handler: index.handler, Role: '{Role}', Code: {{ZipFile: 'def handler(e, c): return 1'}}, MemorySize: 256, Description: one, "
                + "Environment: {Variables: {ONE: '1', TWO: '2'}}, Tags: [{Key: a, Value: b}], Timeout: 9, ReservedConcurrentExecutions: 3",
            InPlace = $"Runtime: python3.11, Handler: index.other, Role: '{Role}', Code: {{ZipFile: 'def other(e, c): return 2'}}, Environment: {{Variables: {{ONE: '3'}}}}",
            Replaced = $"FunctionName: $NAME-fn, Runtime: python3.11, Handler: index.handler, Role: '{Role}', Code: {{ZipFile: 'def handler(e, c): return 1'}}",
            Describe = static (call, id) => call.AllAsync(
                ("GetFunction", new() { ["FunctionName"] = id }), ("GetFunctionConcurrency", new() { ["FunctionName"] = id })),
        },
        new("AWS::Lambda::Version")
        {
            Support = Functions,
            Before = "FunctionName: !Ref Fn, Description: one",
            Replaced = "FunctionName: !Ref Fn, Description: two",
            Describe = static (call, id) => call.AllAsync(("GetFunctionConfiguration", new() { ["FunctionName"] = id })),
        },
        new("AWS::Lambda::Alias")
        {
            Support = Functions,
            Before = "FunctionName: !Ref Fn, FunctionVersion: $LATEST, Name: live, Description: one",
            InPlace = "FunctionName: !Ref Fn, FunctionVersion: $LATEST, Name: live",
            Replaced = "FunctionName: !Ref Fn, FunctionVersion: $LATEST, Name: other",
            Describe = static (call, id) => call.AllAsync(("GetAlias", new() { ["FunctionName"] = id[..id.LastIndexOf(':')], ["Name"] = id[(id.LastIndexOf(':') + 1)..] })),
        },
        new("AWS::Lambda::Permission")
        {
            Support = Functions,
            Before = "FunctionName: !Ref Fn, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com",
            Replaced = "FunctionName: !Ref Fn, Action: 'lambda:InvokeFunction', Principal: sns.amazonaws.com",
            Describe = static async (call, _) => await call.AllAsync(("GetPolicy", new() { ["FunctionName"] = await call.IdOfAsync("Fn") })),
        },
        new("AWS::Lambda::LayerVersion")
        {
            Before = "LayerName: $NAME-layer, Content: {S3Bucket: $NAME, S3Key: layer.zip}, Description: one",
            Replaced = "LayerName: $NAME-layer, Content: {S3Bucket: $NAME, S3Key: layer.zip}, Description: two",
            Describe = static (call, id) => call.AllAsync(("GetLayerVersionByArn", new() { ["Arn"] = id })),
        },
        new("AWS::Lambda::LayerVersionPermission")
        {
            Support = "  Layer: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: $NAME, S3Key: layer.zip}}}",
            Before = "LayerVersionArn: !Ref Layer, Action: 'lambda:GetLayerVersion', Principal: '*'",
            Replaced = "LayerVersionArn: !Ref Layer, Action: 'lambda:GetLayerVersion', Principal: '444455556666'",
            Describe = static async (call, _) =>
            {
                string arn = await call.IdOfAsync("Layer");
                return await call.AllAsync(("GetLayerVersionPolicy", new()
                {
                    ["LayerName"] = arn[..arn.LastIndexOf(':')], ["VersionNumber"] = int.Parse(arn[(arn.LastIndexOf(':') + 1)..], null),
                }));
            },
        },
        new("AWS::Lambda::Url")
        {
            Support = Functions,
            Before = "TargetFunctionArn: !GetAtt Fn.Arn, AuthType: NONE, Cors: {AllowOrigins: ['*']}",
            InPlace = "TargetFunctionArn: !GetAtt Fn.Arn, AuthType: AWS_IAM, InvokeMode: RESPONSE_STREAM",
            Replaced = "TargetFunctionArn: !GetAtt Other.Arn, AuthType: NONE",
            Describe = static (call, id) => call.AllAsync(("GetFunctionUrlConfig", new() { ["FunctionName"] = id })),
        },
        new("AWS::Lambda::EventInvokeConfig")
        {
            Support = Functions,
            Before = "FunctionName: !Ref Fn, Qualifier: $LATEST, MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 100",
            InPlace = "FunctionName: !Ref Fn, Qualifier: $LATEST, MaximumRetryAttempts: 1",
            Replaced = "FunctionName: !Ref Other, Qualifier: $LATEST, MaximumRetryAttempts: 0",
            Describe = static (call, id) => call.AllAsync(("GetFunctionEventInvokeConfig", new() { ["FunctionName"] = id.Split('|')[0], ["Qualifier"] = id.Split('|')[1] })),
            MarkOf = static id => $":{id.Split('|')[0]}:",
        },
        new("AWS::Lambda::EventSourceMapping")
        {
            Support = Functions,
            Before = "FunctionName: !Ref Fn, EventSourceArn: 'arn:aws:sqs:us-east-1:111122223333:one', BatchSize: 5, MaximumBatchingWindowInSeconds: 2",
            InPlace = "FunctionName: !Ref Other, EventSourceArn: 'arn:aws:sqs:us-east-1:111122223333:one', BatchSize: 7, MaximumBatchingWindowInSeconds: 1",
            Replaced = "FunctionName: !Ref Fn, EventSourceArn: 'arn:aws:sqs:us-east-1:111122223333:two', BatchSize: 5",
            Describe = static (call, id) => call.AllAsync(("GetEventSourceMapping", new() { ["UUID"] = id })),
        },
        new("AWS::Lambda::EventSourceMapping")
        {
            Variant = " of one's own Kafka",
            Support = Functions,
            Before = "FunctionName: !Ref Fn, SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['one:9092']}}, Topics: [orders], StartingPosition: LATEST, "
                + "SourceAccessConfigurations: [{Type: VPC_SUBNET, URI: 'subnet:subnet-1'}, {Type: VPC_SECURITY_GROUP, URI: 'security_group:sg-1'}]",
            Replaced = "FunctionName: !Ref Fn, SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['two:9092']}}, Topics: [orders], StartingPosition: LATEST, "
                + "SourceAccessConfigurations: [{Type: VPC_SUBNET, URI: 'subnet:subnet-1'}, {Type: VPC_SECURITY_GROUP, URI: 'security_group:sg-1'}]",
            Describe = static (call, id) => call.AllAsync(("GetEventSourceMapping", new() { ["UUID"] = id })),
        },
        new("AWS::Lambda::CodeSigningConfig")
        {
            Before = "Description: one, AllowedPublishers: {SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111122223333:/signing-profiles/P/abcdefghij']}",
            InPlace = "AllowedPublishers: {SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111122223333:/signing-profiles/Q/abcdefghij']}, "
                + "CodeSigningPolicies: {UntrustedArtifactOnDeployment: Enforce}",
            Describe = static (call, id) => call.AllAsync(("GetCodeSigningConfig", new() { ["CodeSigningConfigArn"] = id })),
        },
        new("AWS::IAM::Role")
        {
            Before = $"{Trust}, Description: one, MaxSessionDuration: 7200, Policies: [{{PolicyName: p, PolicyDocument: {PolicyOf("s3:GetObject")}}}], "
                + "ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'], Tags: [{Key: a, Value: b}]",
            InPlace = $"{Trust}, Policies: [{{PolicyName: q, PolicyDocument: {PolicyOf("s3:PutObject")}}}]",
            Replaced = $"RoleName: $NAME-role, {Trust}",
            Describe = static (call, id) => call.AllAsync(
                ("iam:GetRole", new() { ["RoleName"] = id }),
                ("iam:ListRolePolicies", new() { ["RoleName"] = id }),
                ("iam:ListAttachedRolePolicies", new() { ["RoleName"] = id }),
                ("iam:GetRolePolicy", new() { ["RoleName"] = id, ["PolicyName"] = "p" })),
        },
        new("AWS::IAM::User")
        {
            Before = $"Path: /shop/, Policies: [{{PolicyName: p, PolicyDocument: {PolicyOf("s3:GetObject")}}}], Tags: [{{Key: a, Value: b}}], "
                + "ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']",
            InPlace = $"Policies: [{{PolicyName: q, PolicyDocument: {PolicyOf("s3:PutObject")}}}]",
            Replaced = "UserName: $NAME-user",
            Describe = static (call, id) => call.AllAsync(
                ("iam:GetUser", new() { ["UserName"] = id }),
                ("iam:ListUserPolicies", new() { ["UserName"] = id }),
                ("iam:ListAttachedUserPolicies", new() { ["UserName"] = id }),
                ("iam:GetUserPolicy", new() { ["UserName"] = id, ["PolicyName"] = "p" })),
        },
        new("AWS::IAM::Policy")
        {
            Support = $"  Role: {{Type: AWS::IAM::Role, Properties: {{{Trust}}}}}\n  Second: {{Type: AWS::IAM::Role, Properties: {{{Trust}}}}}",
            Before = $"PolicyName: one, Roles: [!Ref Role], PolicyDocument: {PolicyOf("s3:GetObject")}",
            InPlace = $"PolicyName: one, Roles: [!Ref Role, !Ref Second], PolicyDocument: {PolicyOf("s3:PutObject")}",
            Replaced = $"PolicyName: two, Roles: [!Ref Role], PolicyDocument: {PolicyOf("s3:GetObject")}",
            Describe = static async (call, _) => await call.AllAsync(
                ("iam:ListRolePolicies", new() { ["RoleName"] = await call.IdOfAsync("Role") }),
                ("iam:GetRolePolicy", new() { ["RoleName"] = await call.IdOfAsync("Role"), ["PolicyName"] = "one" }),
                ("iam:ListRolePolicies", new() { ["RoleName"] = await call.IdOfAsync("Second") })),
            MarkOf = static _ => "\"one\"",
        },
        new("AWS::IAM::ManagedPolicy")
        {
            Support = $"  Role: {{Type: AWS::IAM::Role, Properties: {{{Trust}}}}}",
            Before = $"Description: one, Roles: [!Ref Role], PolicyDocument: {PolicyOf("s3:GetObject")}",
            InPlace = $"Description: one, PolicyDocument: {PolicyOf("s3:PutObject")}",
            Replaced = $"Description: two, PolicyDocument: {PolicyOf("s3:GetObject")}",
            Describe = static async (call, id) =>
            {
                JsonArray policy = await call.AllAsync(("iam:GetPolicy", new() { ["PolicyArn"] = id }));
                JsonNode? version = (await call.OneAsync("iam:GetPolicy", new() { ["PolicyArn"] = id }))?["Policy"]!["DefaultVersionId"];
                JsonNode? document = version is null ? null
                    : (await call.OneAsync("iam:GetPolicyVersion", new() { ["PolicyArn"] = id, ["VersionId"] = (string?)version }))!["PolicyVersion"]!["Document"];
                policy.Add(document?.DeepClone());
                return policy;
            },
        },
        new("AWS::Logs::LogGroup")
        {
            Before = "RetentionInDays: 7, Tags: [{Key: a, Value: b}]",
            InPlace = "RetentionInDays: 14",
            Replaced = "LogGroupName: $NAME-group, RetentionInDays: 7",
            Describe = static (call, id) => call.AllAsync(
                ("logs:DescribeLogGroups", new() { ["logGroupNamePrefix"] = id }), ("logs:ListTagsLogGroup", new() { ["logGroupName"] = id })),
        },
        new("AWS::S3::Bucket")
        {
            Before = "VersioningConfiguration: {Status: Enabled}",
            InPlace = "VersioningConfiguration: {Status: Suspended}",
            Replaced = "BucketName: $NAME-bucket, VersioningConfiguration: {Status: Enabled}",
            Describe = static (call, id) => call.AllAsync(("s3:GetBucketVersioning", new() { ["Bucket"] = id })),
            MarkOf = static _ => "Status",
        },
        new("AWS::DynamoDB::Table")
        {
            Before = "BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], "
                + "TimeToLiveSpecification: {AttributeName: until, Enabled: true}, Tags: [{Key: a, Value: b}], StreamSpecification: {StreamViewType: NEW_IMAGE}",
            InPlace = "BillingMode: PROVISIONED, ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 2}, "
                + "AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: n, AttributeType: N}], KeySchema: [{AttributeName: id, KeyType: HASH}], "
                + "GlobalSecondaryIndexes: [{IndexName: by-n, KeySchema: [{AttributeName: n, KeyType: HASH}], Projection: {ProjectionType: ALL}, "
                + "ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}}]",
            Replaced = "BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{AttributeName: key, AttributeType: S}], KeySchema: [{AttributeName: key, KeyType: HASH}]",
            Describe = static (call, id) => call.AllAsync(
                ("dynamodb:DescribeTable", new() { ["TableName"] = id }),
                ("dynamodb:DescribeTimeToLive", new() { ["TableName"] = id }),
                ("dynamodb:ListTagsOfResource", new() { ["ResourceArn"] = $"arn:aws:dynamodb:us-east-1:111122223333:table/{id}" })),
        },
        new("AWS::SSM::Parameter")
        {
            Before = "Type: String, Value: one, Description: first, Tags: {a: b}",
            InPlace = "Type: String, Value: two",
            Replaced = "Name: $NAME-parameter, Type: StringList, Value: 'one,two'",
            Describe = static (call, id) => call.AllAsync(
                ("ssm:DescribeParameters", new() { ["Filters"] = new JsonArray(new JsonObject { ["Key"] = "Name", ["Values"] = new JsonArray(id) }) }),
                ("ssm:GetParameter", new() { ["Name"] = id }),
                ("ssm:ListTagsForResource", new() { ["ResourceType"] = "Parameter", ["ResourceId"] = id })),
        },
        new("AWS::CloudFormation::Stack")
        {
            Before = "TemplateURL: 'https://s3.amazonaws.com/$NAME/nested.yaml', Parameters: {Days: '7'}",
            InPlace = "TemplateURL: 'https://s3.amazonaws.com/$NAME/nested.yaml', Parameters: {Days: '14'}",
            Describe = static async (call, id) =>
            {
                JsonObject? stack = await call.OneAsync("cloudformation:DescribeStacks", new() { ["StackName"] = id });
                bool isGone = (string?)stack?["Stacks"]![0]!["StackStatus"] == "DELETE_COMPLETE";
                return isGone ? [] : await call.AllAsync(
                    ("cloudformation:DescribeStacks", new() { ["StackName"] = id }),
                    ("logs:DescribeLogGroups", new() { ["logGroupNamePrefix"] = (string?)stack!["Stacks"]![0]!["Outputs"]![0]!["OutputValue"] }));
            },
        },
        new("Custom::Thing")
        {
            // What the function makes is a parameter, named by the physical id.
            Support = $"""
                  MakerRole:
                    Type: AWS::IAM::Role
                    Properties: {"{"}{Trust}, Policies: [{"{"}PolicyName: p, PolicyDocument: {PolicyOf("ssm:*")}{"}"}]{"}"}
                  Maker:
                    Type: AWS::Lambda::Function
                    Properties:
                      Runtime: python3.11
                      Handler: index.handler
                      Role: !GetAtt MakerRole.Arn
                      Timeout: 60
                      Code:
                        ZipFile: |
                          import boto3, cfnresponse, os
                          def handler(event, context):
                              ssm = boto3.client("ssm", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
                              asked = event["ResourceProperties"]
                              id = "/custom/" + event["StackId"].split("/")[1] + "/" + asked["Key"]
                              if event["RequestType"] == "Delete":
                                  id = event["PhysicalResourceId"]
                                  ssm.delete_parameters(Names=[id])
                              else:
                                  ssm.put_parameter(Name=id, Value=asked["Value"], Type="String", Overwrite=True)
                              cfnresponse.send(event, context, cfnresponse.SUCCESS, {"{}"}, id)
                """,
            Before = "ServiceToken: !GetAtt Maker.Arn, Key: one, Value: first",
            InPlace = "ServiceToken: !GetAtt Maker.Arn, Key: one, Value: second",
            Replaced = "ServiceToken: !GetAtt Maker.Arn, Key: two, Value: second",
            Describe = static (call, id) => call.AllAsync(("ssm:GetParameter", new() { ["Name"] = id })),
        },
        new("AWS::CDK::Metadata")
        {
            Before = "Analytics: one",
            InPlace = "Analytics: two",
            Describe = null,
        },
        new("AWS::SQS::Queue")
        {
            Before = "DelaySeconds: 1",
            InPlace = "DelaySeconds: 2",
            Replaced = "QueueName: $NAME-queue",
            Describe = null,
        },
    ];

    private readonly string _name = $"matrix-{Guid.NewGuid():N}"[..14];

    public static TheoryData<string> Types => [.. Cases.Select(static one => one.Name)];

    private ILambdaClient Client => server.Connect("boto3");

    [Theory]
    [MemberData(nameof(Types))]
    public async Task An_update_does_what_is_asked_or_nothing(string name)
    {
        Case one = Array.Find(Cases, one => one.Name == name)!;
        Describer call = new(Client, _name);
        if ($"{one.Before}{one.Support}".Contains("$NAME,", StringComparison.Ordinal) || one.Before.Contains("$NAME/", StringComparison.Ordinal))
        {
            await PrepareBucketAsync();
        }

        if ($"{one.Before}{one.Support}".Contains(Role, StringComparison.Ordinal))
        {
            // There after the first test that has a function.
            JsonObject role = new() { ["RoleName"] = "any", ["AssumeRolePolicyDocument"] = Document };
            Assert.True((await Client.CallAsync("iam:CreateRole", role)).Error is null or "EntityAlreadyExists");
        }

        Assert.Equal("CREATE_COMPLETE", await DeployAsync("CreateStack", one, one.Before, 1));
        string id = await call.IdOfAsync("Thing");
        string before = await StateAsync(one, call, id);
        Assert.True(one.Describe is null || before.Contains(one.MarkOf(id), StringComparison.Ordinal), before);
        foreach ((string? changed, int number) in new[] { (one.InPlace, 2), (one.Replaced, 3) })
        {
            if (changed is null)
            {
                continue;
            }

            // A failure in the middle.
            Assert.Equal("UPDATE_ROLLBACK_COMPLETE", await DeployAsync("UpdateStack", one, changed, number, breaks: true));
            Assert.Equal(id, await call.IdOfAsync("Thing"));
            Assert.Equal(before, await StateAsync(one, call, id));

            // The change itself.
            Assert.Equal("UPDATE_COMPLETE", await DeployAsync("UpdateStack", one, changed, number));
            string changedId = await call.IdOfAsync("Thing");
            string after = await StateAsync(one, call, changedId);
            Assert.Equal(number == 2, changedId == id);
            Assert.True(one.Describe is null || before != after, after);
            Assert.True(number == 2 || one.Describe is null || !(await StateAsync(one, call, id)).Contains(one.MarkOf(id), StringComparison.Ordinal), "The replaced one is there.");
            (id, before) = (changedId, after);
        }

        // Without it.
        Assert.Equal("UPDATE_COMPLETE", await DeployAsync("UpdateStack", one, null, 4));
        Assert.True(one.Describe is null || !(await StateAsync(one, call, id)).Contains(one.MarkOf(id), StringComparison.Ordinal), "The removed one is there.");
        _ = (await Client.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = _name })).Success;
        _ = (await Client.WaitAsync("cloudformation:StackDeleteComplete", new JsonObject { ["StackName"] = _name })).Success;
    }

    private static string PolicyOf(string action) => $"{{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: '{action}', Resource: '*'}}]}}";

    private static async Task<string> StateAsync(Case one, Describer call, string id) =>
        one.Describe is null ? "" : (await one.Describe(call, id)).ToJsonString();

    /// <summary>Gives the stack's status in the end.</summary>
    /// <param name="properties">Null: the template does not have the resource.</param>
    /// <param name="breaks">Whether another resource, after it, fails.</param>
    private async Task<string> DeployAsync(string operation, Case one, string? properties, int number, bool breaks = false)
    {
        string template = $"""
            Resources:
            {one.Support}
            {(properties is null ? "" : $"  Thing: {{Type: {one.Type}, Properties: {{{properties}}}}}")}
              Always: {"{"}Type: AWS::SNS::Topic{"}"}
            {(breaks ? "  Breaks: {Type: AWS::Logs::LogGroup, DependsOn: Thing, Properties: {RetentionInDays: 4}}" : "")}
            """;
        JsonObject request = new()
        {
            ["StackName"] = _name,
            ["TemplateBody"] = template.Replace("$NAME", _name, StringComparison.Ordinal).Replace("$N'", $"{number}'", StringComparison.Ordinal),
            ["Capabilities"] = new JsonArray("CAPABILITY_NAMED_IAM"),
        };
        _ = (await Client.CallAsync($"cloudformation:{operation}", request)).Success;
        await Client.WaitAsync($"cloudformation:Stack{(operation == "CreateStack" ? "Create" : "Update")}Complete", new JsonObject { ["StackName"] = _name });
        return (string)(await Client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = _name })).Success["Stacks"]![0]!["StackStatus"]!;
    }

    private async Task PrepareBucketAsync()
    {
        await Client.MakeBucketAsync(_name);
        await Client.PutObjectAsync(_name, "layer.zip", Archive.Of("python/common.py", "NAME = 'layer'"));
        await Client.PutObjectAsync(_name, "nested.yaml", """
            Parameters: {Days: {Type: Number}}
            Resources: {Group: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}}
            Outputs: {Group: {Value: !Ref Group}}
            """u8.ToArray());
    }

    private sealed record Case(string Type)
    {
        /// <summary>Which of the type's kinds.</summary>
        public string Variant { get; init; } = "";

        public string Name => Type + Variant;

        /// <summary>Other resources; <c>$N</c> is another number in each update.</summary>
        public string Support { get; init; } = "";

        public required string Before { get; init; }

        /// <summary>Null: nothing can be changed in place.</summary>
        public string? InPlace { get; init; }

        /// <summary>Null: no property replaces.</summary>
        public string? Replaced { get; init; }

        /// <summary>Null: nothing is behind the type yet.</summary>
        public required Func<Describer, string, Task<JsonArray>>? Describe { get; init; }

        /// <summary>What the description has in it as long as the thing with the id is there.</summary>
        public Func<string, string> MarkOf { get; init; } = static id => id.Split('#')[^1];
    }

    /// <summary>Asks services what there is.</summary>
    private sealed class Describer(ILambdaClient client, string stack)
    {
        public async Task<string> IdOfAsync(string logicalId) => (string)(await client.CallAsync(
            "cloudformation:DescribeStackResource",
            new JsonObject { ["StackName"] = stack, ["LogicalResourceId"] = logicalId })).Success["StackResourceDetail"]!["PhysicalResourceId"]!;

        /// <summary>Null for an error.</summary>
        public async Task<JsonObject?> OneAsync(string operation, JsonObject arguments)
        {
            ClientAnswer answer = await client.CallAsync(operation, arguments);
            return answer.Error is null ? answer.Success : null;
        }

        /// <summary>Answers or codes of errors, without what changes on its own.</summary>
        public async Task<JsonArray> AllAsync(params (string Operation, JsonObject Arguments)[] calls)
        {
            JsonArray all = [];
            foreach ((string operation, JsonObject arguments) in calls)
            {
                ClientAnswer answer = await client.CallAsync(operation, arguments);
                all.Add(answer.Error is { } error ? JsonValue.Create(error) : Settled(answer.Success));
            }

            return all;
        }

        private static JsonNode? Settled(JsonNode? node) => node switch
        {
            JsonObject map => new JsonObject(map.Where(static member => !Changing.Contains(member.Key)).OrderBy(static member => member.Key, StringComparer.Ordinal)
                .Select(static member => KeyValuePair.Create(member.Key, Settled(member.Value)))),
            JsonArray list => new JsonArray([.. list.Select(Settled)]),
            null => null,
            _ => node.DeepClone(),
        };
    }
}

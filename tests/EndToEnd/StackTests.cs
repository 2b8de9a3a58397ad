using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Stacks through the AWS CLI and boto3, on a server that verifies what they sign.</summary>
public sealed class StackTests(KeyedServer server) : IClassFixture<KeyedServer>, IDisposable
{
    private const string Template = """
        AWSTemplateFormatVersion: '2010-09-09'
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Greeting: {Type: String, Default: hello}
        Resources:
          Common:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: 's3://BUCKET/LAYER', CompatibleRuntimes: [python3.11]}
          Greeter:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.11
              Handler: app.handler
              CodeUri: s3://BUCKET/code-LAYER
              MemorySize: 256
              Layers: [!Ref Common]
              AutoPublishAlias: live
              FunctionUrlConfig: {AuthType: NONE}
              Environment: {Variables: {GREETING: !Ref Greeting, SIZE: 3}}
        Outputs:
          Function: {Value: !Ref Greeter}
          Alias: {Value: !Ref Greeter.Alias}
          Url: {Value: !GetAtt GreeterUrl.FunctionUrl}
          Layer: {Value: !Ref Common}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-stack-");
    private readonly string _name = $"stack-{Guid.NewGuid():N}"[..14];

    private ILambdaClient Client => server.Connect("boto3");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_SAM_template_deploys_changes_and_goes_with_the_AWS_CLI()
    {
        await AwsAsync("s3", "mb", $"s3://{_name}");
        byte[] code = Archive.Of("app.py", """
            import os, common
            def handler(event, context):
                return {"statusCode": 200, "body": f"{os.environ['GREETING']} {common.NAME} {os.environ['SIZE']}"}
            """);
        await UploadAsync("code-one.zip", code);
        await UploadAsync("code-two.zip", code);
        await UploadAsync("one.zip", Archive.Of("python/common.py", "NAME = 'layer one'"));
        await UploadAsync("two.zip", Archive.Of("python/common.py", "NAME = 'layer two'"));

        await DeployAsync("one.zip");
        Dictionary<string, string> first = await OutputsAsync();
        Assert.StartsWith($"{_name}-Greeter-", first["Function"], StringComparison.Ordinal);
        Assert.Contains("hello layer one 3", (await Client.InvokeAsync(first["Alias"], "{}")).Payload, StringComparison.Ordinal);
        Assert.Equal("hello layer one 3", await GetAsync(new Uri(first["Url"])));
        JsonObject described = (await Client.CallAsync("GetFunctionConfiguration", new JsonObject { ["FunctionName"] = first["Function"] })).Success;
        Assert.Equal((256, first["Layer"]), ((int)described["MemorySize"]!, (string?)described["Layers"]![0]!["Arn"]));

        Assert.Contains("No changes to deploy", await DeployAsync("one.zip", "--no-fail-on-empty-changeset"), StringComparison.Ordinal);

        await DeployAsync("two.zip", "--parameter-overrides", "Greeting=bye");
        Dictionary<string, string> second = await OutputsAsync();
        Assert.Equal((first["Function"], first["Url"]), (second["Function"], second["Url"]));
        Assert.NotEqual(first["Layer"], second["Layer"]);
        Assert.Equal("bye layer two 3", await GetAsync(new Uri(second["Url"])));

        string processed = await AwsAsync("cloudformation", "get-template", "--stack-name", _name, "--template-stage", "Processed");
        Assert.DoesNotContain("AWS::Serverless", processed, StringComparison.Ordinal);
        await AwsAsync("cloudformation", "delete-stack", "--stack-name", _name);
        await AwsAsync("cloudformation", "wait", "stack-delete-complete", "--stack-name", _name);
        Assert.Equal("ResourceNotFoundException", (await Client.CallAsync("GetFunction", new JsonObject { ["FunctionName"] = first["Function"] })).Error);
        Assert.DoesNotContain(
            (await Client.CallAsync("iam:ListRoles", [])).Success["Roles"]!.AsArray(),
            role => ((string)role!["RoleName"]!).StartsWith(_name, StringComparison.Ordinal));
        ClientAnswer gone = await Client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = _name });
        Assert.Equal(("ValidationError", $"Stack with id {_name} does not exist"), (gone.Error, gone.Message));
    }

    [Fact]
    public async Task A_custom_resource_s_function_is_called_and_answers_through_its_URL()
    {
        const string Body = """
            Parameters: {Fail: {Type: String, Default: 'no'}}
            Resources:
              Role:
                Type: AWS::IAM::Role
                Properties:
                  AssumeRolePolicyDocument:
                    Version: '2012-10-17'
                    Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
              Maker:
                Type: AWS::Lambda::Function
                Properties:
                  Runtime: python3.11
                  Handler: index.handler
                  Role: !GetAtt Role.Arn
                  Code:
                    ZipFile: |
                      import cfnresponse
                      def handler(event, context):
                          asked = event["ResourceProperties"]
                          status = cfnresponse.FAILED if asked["Fail"] == "yes" and event["RequestType"] != "Delete" else cfnresponse.SUCCESS
                          data = {"Told": event["RequestType"] + " " + asked["Number"]}
                          cfnresponse.send(event, context, status, data, "made-by-function", reason="as it was told")
              Made:
                Type: Custom::Thing
                Properties: {ServiceToken: !GetAtt Maker.Arn, Number: 7, Fail: !Ref Fail}
            Outputs:
              Told: {Value: !GetAtt Made.Told}
              Id: {Value: !Ref Made}
            """;
        JsonObject request = new() { ["StackName"] = _name, ["TemplateBody"] = Body, ["Capabilities"] = new JsonArray("CAPABILITY_IAM") };
        _ = (await Client.CallAsync("cloudformation:CreateStack", request.DeepClone().AsObject())).Success;
        _ = (await Client.WaitAsync("cloudformation:StackCreateComplete", new JsonObject { ["StackName"] = _name })).Success;
        Dictionary<string, string> outputs = await OutputsAsync();
        Assert.Equal(("Create 7", "made-by-function"), (outputs["Told"], outputs["Id"]));

        request["Parameters"] = new JsonArray(new JsonObject { ["ParameterKey"] = "Fail", ["ParameterValue"] = "yes" });
        _ = (await Client.CallAsync("cloudformation:UpdateStack", request.DeepClone().AsObject())).Success;
        _ = (await Client.WaitAsync("cloudformation:StackRollbackComplete", new JsonObject { ["StackName"] = _name }));
        JsonNode stack = (await Client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = _name })).Success["Stacks"]![0]!;
        Assert.Equal("UPDATE_ROLLBACK_COMPLETE", (string?)stack["StackStatus"]);
        JsonArray events = (await Client.CallAsync("cloudformation:DescribeStackEvents", new JsonObject { ["StackName"] = _name })).Success["StackEvents"]!.AsArray();
        JsonNode failed = Assert.Single(events, static happened => (string?)happened!["ResourceStatus"] == "UPDATE_FAILED")!;
        Assert.StartsWith(
            "Received response status [FAILED] from custom resource. Message returned: as it was told", (string?)failed["ResourceStatusReason"], StringComparison.Ordinal);
        _ = (await Client.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = _name })).Success;
        _ = (await Client.WaitAsync("cloudformation:StackDeleteComplete", new JsonObject { ["StackName"] = _name })).Success;
    }

    [Fact]
    public async Task Nested_stacks_live_and_go_with_the_stack_they_are_in_and_stored_resources_have_their_values()
    {
        await AwsAsync("s3", "mb", $"s3://{_name}");
        await UploadAsync("inner.yaml", """
            Parameters: {Name: {Type: String}}
            Resources:
              Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Name, RetentionInDays: '7'}}
            Outputs: {Arn: {Value: !GetAtt Group.Arn}}
            """u8.ToArray());
        await File.WriteAllTextAsync(PathOf("outer.yaml"), $$$$"""
            Resources:
              Inner:
                Type: AWS::CloudFormation::Stack
                Properties:
                  TemplateURL: https://s3.amazonaws.com/{{{{_name}}}}/inner.yaml
                  Parameters: {Name: !Sub '/${AWS::StackName}/inner'}
              Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: {{{{_name}}}}-queue}}
              Topic: {Type: AWS::SNS::Topic}
              Subscription:
                Type: AWS::SNS::Subscription
                Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
              Orders:
                Type: AWS::DynamoDB::Table
                Properties:
                  BillingMode: PAY_PER_REQUEST
                  AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
                  KeySchema: [{AttributeName: id, KeyType: HASH}]
                  TimeToLiveSpecification: {AttributeName: until, Enabled: true}
                  StreamSpecification: {StreamViewType: NEW_IMAGE}
              Setting: {Type: AWS::SSM::Parameter, Properties: {Name: /{{{{_name}}}}/table, Type: String, Value: !Ref Orders}}
              Files: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}
            Outputs:
              Inner: {Value: !GetAtt Inner.Outputs.Arn}
              Queue: {Value: !Ref Queue}
              Bucket: {Value: !Ref Files}
              Table: {Value: !Ref Orders}
              Stream: {Value: !GetAtt Orders.StreamArn}
            """);
        await AwsAsync("cloudformation", "deploy", "--template-file", PathOf("outer.yaml"), "--stack-name", _name);

        Dictionary<string, string> outputs = await OutputsAsync();
        Assert.Equal($"arn:aws:logs:us-east-1:111122223333:log-group:/{_name}/inner:*", outputs["Inner"]);
        Assert.Equal($"https://sqs.us-east-1.amazonaws.com/111122223333/{_name}-queue", outputs["Queue"]);
        JsonObject groups = (await Client.CallAsync("logs:DescribeLogGroups", new JsonObject { ["logGroupNamePrefix"] = $"/{_name}/" })).Success;
        Assert.Equal(7, (int)groups["logGroups"]![0]!["retentionInDays"]!);
        Assert.Equal("Enabled", (string?)(await Client.CallAsync("s3:GetBucketVersioning", new JsonObject { ["Bucket"] = outputs["Bucket"] })).Success["Status"]);

        JsonObject setting = (await Client.CallAsync("ssm:GetParameter", new JsonObject { ["Name"] = $"/{_name}/table" })).Success;
        Assert.Equal(outputs["Table"], (string?)setting["Parameter"]!["Value"]);
        Assert.StartsWith($"arn:aws:dynamodb:us-east-1:111122223333:table/{outputs["Table"]}/stream/2", outputs["Stream"], StringComparison.Ordinal);
        JsonObject table = new() { ["TableName"] = outputs["Table"] };
        JsonObject timeToLive = (await Client.CallAsync("dynamodb:DescribeTimeToLive", table.DeepClone().AsObject())).Success;
        Assert.Equal("until", (string?)timeToLive["TimeToLiveDescription"]!["AttributeName"]);

        await AwsAsync("cloudformation", "delete-stack", "--stack-name", _name);
        await AwsAsync("cloudformation", "wait", "stack-delete-complete", "--stack-name", _name);
        Assert.Equal("ResourceNotFoundException", (await Client.CallAsync("dynamodb:DescribeTable", table)).Error);
        groups = (await Client.CallAsync("logs:DescribeLogGroups", new JsonObject { ["logGroupNamePrefix"] = $"/{_name}/" })).Success;
        Assert.Empty(groups["logGroups"]!.AsArray());
    }

    [Fact]
    public async Task A_wait_condition_waits_for_its_signals()
    {
        const string Body = """
            Resources:
              Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
              Ready: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Handle, Count: 2, Timeout: '600'}}
            Outputs: {Data: {Value: !GetAtt Ready.Data}, Handle: {Value: !Ref Handle}}
            """;
        const string Vain = """

              Second: {Type: AWS::CloudFormation::WaitConditionHandle}
              Never: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Second, Timeout: 1}}
            """;
        await File.WriteAllTextAsync(PathOf("waiting.yaml"), Body);
        Task<string> creating = AwsAsync("cloudformation", "create-stack", "--stack-name", _name, "--template-body", $"file://{PathOf("waiting.yaml")}");
        JsonObject handle = new() { ["StackName"] = _name, ["LogicalResourceId"] = "Ready" };
        while ((await Client.CallAsync("cloudformation:DescribeStackResource", handle.DeepClone().AsObject())).Error is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }

        handle["LogicalResourceId"] = "Handle";
        string url = (string)(await Client.CallAsync("cloudformation:DescribeStackResource", handle)).Success["StackResourceDetail"]!["PhysicalResourceId"]!;
        using HttpClient http = new();
        Task SignalAsync(string id, string data) => PutAsync($$"""{"Status":"SUCCESS","UniqueId":"{{id}}","Data":"{{data}}","Reason":"done"}""");

        async Task PutAsync(string text)
        {
            using StringContent signal = new(text);
            signal.Headers.ContentType = null;
            using HttpResponseMessage answer = await http.PutAsync(new Uri(url), signal);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        foreach (string junk in (string[])["installed", "[]", """{"Status":"SUCCESS"}""", """{"Status":"DONE","UniqueId":"two"}"""])
        {
            await PutAsync(junk);
        }

        await SignalAsync("one", "first");
        await SignalAsync("one", "again");
        JsonNode stack = (await Client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = _name })).Success["Stacks"]![0]!;
        Assert.Equal("CREATE_IN_PROGRESS", (string?)stack["StackStatus"]);
        await SignalAsync("two", "second");
        await creating;
        _ = (await Client.WaitAsync("cloudformation:StackCreateComplete", new JsonObject { ["StackName"] = _name })).Success;
        Assert.Equal("""{"one":"again","two":"second"}""", (await OutputsAsync())["Data"]);

        JsonObject update = new() { ["StackName"] = _name, ["TemplateBody"] = Body.Replace("\nOutputs", $"{Vain}\nOutputs", StringComparison.Ordinal) };
        _ = (await Client.CallAsync("cloudformation:UpdateStack", update)).Success;
        _ = await Client.WaitAsync("cloudformation:StackUpdateComplete", new JsonObject { ["StackName"] = _name });
        JsonArray events = (await Client.CallAsync("cloudformation:DescribeStackEvents", new JsonObject { ["StackName"] = _name })).Success["StackEvents"]!.AsArray();
        JsonNode failed = Assert.Single(events, static happened => ((string)happened!["ResourceStatus"]!).EndsWith("_FAILED", StringComparison.Ordinal))!;
        Assert.Equal(("Never", "WaitCondition timed out. Received 0 conditions when expecting 1"), ((string?)failed["LogicalResourceId"], (string?)failed["ResourceStatusReason"]));
        _ = (await Client.CallAsync("cloudformation:DeleteStack", new JsonObject { ["StackName"] = _name })).Success;
        _ = (await Client.WaitAsync("cloudformation:StackDeleteComplete", new JsonObject { ["StackName"] = _name })).Success;
    }

    private async Task<string> DeployAsync(string layer, params string[] options)
    {
        string template = Template.Replace("BUCKET", _name, StringComparison.Ordinal).Replace("LAYER", layer, StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("template.yaml"), template);
        return await AwsAsync(
        [
            "cloudformation", "deploy", "--template-file", PathOf("template.yaml"), "--stack-name", _name, "--capabilities", "CAPABILITY_IAM", .. options,
        ]);
    }

    private async Task<Dictionary<string, string>> OutputsAsync()
    {
        JsonNode stack = (await Client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = _name })).Success["Stacks"]![0]!;
        JsonArray outputs = stack["Outputs"] as JsonArray ?? [];
        return outputs.ToDictionary(static output => (string)output!["OutputKey"]!, static output => (string)output!["OutputValue"]!);
    }

    private async Task<string> GetAsync(Uri url)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, server.Endpoint);
        request.Headers.Host = url.Authority;
        using HttpResponseMessage answer = await http.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task UploadAsync(string key, byte[] content)
    {
        await File.WriteAllBytesAsync(PathOf(key), content);
        await AwsAsync("s3", "cp", PathOf(key), $"s3://{_name}/{key}");
    }

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);

    private Task<string> AwsAsync(params string[] arguments) => AwsCommand.RunAsync(server, arguments);
}

using System.Diagnostics;
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
            Properties: {ContentUri: layer/, CompatibleRuntimes: [python3.11]}
          Greeter:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.11
              Handler: app.handler
              CodeUri: code/
              MemorySize: 256
              Layers: [!Ref Common]
              AutoPublishAlias: live
              AutoPublishAliasAllProperties: true
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
        Write("template.yaml", Template);
        Write("code/app.py", """
            import os, common
            def handler(event, context):
                return {"statusCode": 200, "body": f"{os.environ['GREETING']} {common.NAME} {os.environ['SIZE']}"}
            """);
        Write("layer/python/common.py", "NAME = 'layer one'");
        await AwsAsync("s3", "mb", $"s3://{_name}");

        await DeployAsync();
        Dictionary<string, string> first = await OutputsAsync();
        Assert.StartsWith($"{_name}-Greeter-", first["Function"], StringComparison.Ordinal);
        Assert.Contains("hello layer one 3", (await Client.InvokeAsync(first["Alias"], "{}")).Payload, StringComparison.Ordinal);
        Assert.Equal("hello layer one 3", await GetAsync(new Uri(first["Url"])));
        JsonObject described = (await Client.CallAsync("GetFunctionConfiguration", new JsonObject { ["FunctionName"] = first["Function"] })).Success;
        Assert.Equal((256, first["Layer"]), ((int)described["MemorySize"]!, (string?)described["Layers"]![0]!["Arn"]));

        Assert.Contains("No changes to deploy", await DeployAsync("--no-fail-on-empty-changeset"), StringComparison.Ordinal);

        Write("layer/python/common.py", "NAME = 'layer two'");
        await DeployAsync("--parameter-overrides", "Greeting=bye");
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
        Write("inner.yaml", """
            Parameters: {Name: {Type: String}}
            Resources:
              Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Name, RetentionInDays: '7'}}
            Outputs: {Arn: {Value: !GetAtt Group.Arn}}
            """);
        Write("outer.yaml", $$$$"""
            Resources:
              Inner:
                Type: AWS::CloudFormation::Stack
                Properties:
                  TemplateURL: inner.yaml
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
              Setting: {Type: AWS::SSM::Parameter, Properties: {Name: /{{{{_name}}}}/table, Type: String, Value: !Ref Orders}}
              Files: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}
            Outputs:
              Inner: {Value: !GetAtt Inner.Outputs.Arn}
              Queue: {Value: !Ref Queue}
              Bucket: {Value: !Ref Files}
              Table: {Value: !Ref Orders}
            """);
        await AwsAsync("s3", "mb", $"s3://{_name}");
        await AwsAsync(
            "cloudformation", "package", "--template-file", PathOf("outer.yaml"), "--s3-bucket", _name, "--output-template-file", PathOf("packaged.yaml"));
        await AwsAsync("cloudformation", "deploy", "--template-file", PathOf("packaged.yaml"), "--stack-name", _name);

        Dictionary<string, string> outputs = await OutputsAsync();
        Assert.Equal($"arn:aws:logs:us-east-1:111122223333:log-group:/{_name}/inner:*", outputs["Inner"]);
        Assert.Equal($"https://sqs.us-east-1.amazonaws.com/111122223333/{_name}-queue", outputs["Queue"]);
        JsonObject groups = (await Client.CallAsync("logs:DescribeLogGroups", new JsonObject { ["logGroupNamePrefix"] = $"/{_name}/" })).Success;
        Assert.Equal(7, (int)groups["logGroups"]![0]!["retentionInDays"]!);
        Assert.Equal("Enabled", (string?)(await Client.CallAsync("s3:GetBucketVersioning", new JsonObject { ["Bucket"] = outputs["Bucket"] })).Success["Status"]);

        JsonObject setting = (await Client.CallAsync("ssm:GetParameter", new JsonObject { ["Name"] = $"/{_name}/table" })).Success;
        Assert.Equal(outputs["Table"], (string?)setting["Parameter"]!["Value"]);
        JsonObject table = new() { ["TableName"] = outputs["Table"] };
        JsonObject timeToLive = (await Client.CallAsync("dynamodb:DescribeTimeToLive", table.DeepClone().AsObject())).Success;
        Assert.Equal("until", (string?)timeToLive["TimeToLiveDescription"]!["AttributeName"]);

        await AwsAsync("cloudformation", "delete-stack", "--stack-name", _name);
        await AwsAsync("cloudformation", "wait", "stack-delete-complete", "--stack-name", _name);
        Assert.Equal("ResourceNotFoundException", (await Client.CallAsync("dynamodb:DescribeTable", table)).Error);
        groups = (await Client.CallAsync("logs:DescribeLogGroups", new JsonObject { ["logGroupNamePrefix"] = $"/{_name}/" })).Success;
        Assert.Empty(groups["logGroups"]!.AsArray());
    }

    private async Task<string> DeployAsync(params string[] options)
    {
        await AwsAsync(
            "cloudformation", "package", "--template-file", PathOf("template.yaml"), "--s3-bucket", _name, "--output-template-file", PathOf("packaged.yaml"));
        return await AwsAsync(
        [
            "cloudformation", "deploy", "--template-file", PathOf("packaged.yaml"), "--stack-name", _name, "--capabilities", "CAPABILITY_IAM", .. options,
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

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), content);
    }

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);

    private async Task<string> AwsAsync(params string[] arguments)
    {
        ClientTools.RequireCommandLine();
        ProcessStartInfo start = new(ClientTools.CommandLine, [.. arguments, "--endpoint-url", server.Endpoint.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ClientTools.PointAt(start, server.Endpoint, KeyedServer.Root);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"aws {string.Join(' ', arguments)}: {await errors}{output}");
        return output + await errors;
    }
}

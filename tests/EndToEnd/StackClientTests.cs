using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>Deployments in the very calls that `aws cloudformation package`, the SAM CLI and the CDK make.</summary>
public sealed class StackClientTests(KeyedServer server) : IClassFixture<KeyedServer>, IDisposable
{
    private const string Code = """
        import os, common
        def handler(event, context):
            return {"statusCode": 200, "body": f"{os.environ['GREETING']} {common.NAME}"}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-deploy-");
    private readonly string _name = $"deploy-{Guid.NewGuid():N}"[..14];

    private ILambdaClient Client => server.Connect("boto3");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Local_code_layers_and_nested_templates_are_packaged_and_deployed()
    {
        await Client.MakeBucketAsync(_name);
        await WriteAsync("code/app.py", Code);
        await WriteAsync("layer/python/common.py", "NAME = 'packaged layer'");
        await WriteAsync("nested.yaml", "Resources: {Group: {Type: AWS::Logs::LogGroup}}\nOutputs: {Name: {Value: !Ref Group}}");
        await WriteAsync("tags.yaml", "Tags: [{Key: stage, Value: test}]");
        await WriteAsync("template.yaml", """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer, CompatibleRuntimes: [python3.11]}}
              Greeter:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.11
                  Handler: app.handler
                  CodeUri: code
                  Layers: [!Ref Common]
                  Environment: {Variables: {GREETING: hello}}
              Plain:
                Type: AWS::Lambda::Function
                Properties: {Runtime: python3.11, Handler: app.handler, Code: code, Role: !GetAtt GreeterRole.Arn, Environment: {Variables: {GREETING: plain}}, Layers: [!Ref Common]}
              Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}
              Files:
                Type: AWS::S3::Bucket
                Properties:
                  Fn::Transform: {Name: AWS::Include, Parameters: {Location: tags.yaml}}
            Outputs:
              Greeter: {Value: !Ref Greeter}
              Plain: {Value: !Ref Plain}
              Group: {Value: !GetAtt Nested.Outputs.Name}
            """);
        await AwsCommand.RunAsync(
            server, "cloudformation", "package", "--template-file", PathOf("template.yaml"), "--s3-bucket", _name, "--s3-prefix", "built",
            "--output-template-file", PathOf("packaged.yaml"));
        string[] deploy =
        [
            "cloudformation", "deploy", "--template-file", PathOf("packaged.yaml"), "--stack-name", _name, "--s3-bucket", _name, "--capabilities",
            "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--tags", "team=shop", "--role-arn", "arn:aws:iam::111122223333:role/deployer",
        ];
        Assert.Contains("Changeset created successfully", await AwsCommand.RunAsync(server, [.. deploy, "--no-execute-changeset"]), StringComparison.Ordinal);
        Assert.Equal("REVIEW_IN_PROGRESS", (string?)(await StackAsync())["StackStatus"]);
        await AwsCommand.RunAsync(server, deploy);

        JsonNode stack = await StackAsync();
        Assert.Equal(
            ("CREATE_COMPLETE", "arn:aws:iam::111122223333:role/deployer", "shop"),
            ((string?)stack["StackStatus"], (string?)stack["RoleARN"], (string?)stack["Tags"]![0]!["Value"]));
        Dictionary<string, string> outputs = OutputsOf(stack);
        Assert.Contains("hello packaged layer", (await Client.InvokeAsync(outputs["Greeter"], "{}")).Payload, StringComparison.Ordinal);
        Assert.Contains("plain packaged layer", (await Client.InvokeAsync(outputs["Plain"], "{}")).Payload, StringComparison.Ordinal);
        (int exitCode, string said) = await AwsCommand.TryAsync(server, deploy);
        Assert.Equal(0, exitCode);
        Assert.Contains("No changes to deploy. Stack deploy", said, StringComparison.Ordinal);
        await DeleteAsync();
    }

    [Fact]
    public async Task A_CDK_application_deploys_changes_and_goes()
    {
        await WriteAsync("code/app.py", Code);
        await WriteAsync("layer/python/common.py", "NAME = 'asset layer'");
        const string Bucket = "cdk-hnb659fds-assets-111122223333-us-east-1";
        await Client.MakeBucketAsync(Bucket);
        _ = (await Client.CallAsync("ssm:PutParameter", new JsonObject
        {
            ["Name"] = "/cdk-bootstrap/hnb659fds/version", ["Type"] = "String", ["Value"] = "27",
        })).Success;

        string url = await PublishAssetsAsync("hello", Bucket);
        await DeployAsync(url, "CREATE");
        Dictionary<string, string> first = OutputsOf(await StackAsync());
        Assert.Contains("hello asset layer", (await Client.InvokeAsync(first["Alias"], "{}")).Payload, StringComparison.Ordinal);
        JsonArray resources = (await Client.CallAsync("cloudformation:DescribeStackResources", Named())).Success["StackResources"]!.AsArray();
        Assert.Contains(resources, static resource => (string?)resource!["ResourceType"] == "AWS::CDK::Metadata");
        Assert.All(resources, static resource => Assert.Equal("CREATE_COMPLETE", (string?)resource!["ResourceStatus"]));

        url = await PublishAssetsAsync("bye", Bucket);
        await DeployAsync(url, "UPDATE");
        Dictionary<string, string> second = OutputsOf(await StackAsync());
        Assert.Equal((first["Function"], first["Alias"]), (second["Function"], second["Alias"]));
        Assert.Contains("bye asset layer", (await Client.InvokeAsync(second["Alias"], "{}")).Payload, StringComparison.Ordinal);

        JsonObject again = await ChangeSetAsync(url, "UPDATE");
        Assert.Equal(("FAILED", "UNAVAILABLE"), ((string?)again["Status"], (string?)again["ExecutionStatus"]));
        Assert.Equal(
            "The submitted information didn't contain changes. Submit different information to create a change set.", (string?)again["StatusReason"]);
        await DeleteAsync();
    }

    /// <summary>What `sam deploy` asks for, and what it looks for in the answers.</summary>
    [Fact]
    public async Task The_SAM_CLI_s_calls_find_what_they_look_for()
    {
        await Client.MakeBucketAsync(_name);
        const string Template = "Transform: AWS::Serverless-2016-10-31\nDescription: ONE\nResources: {Table: {Type: AWS::Serverless::SimpleTable}}\n";
        string one = await UploadAsync("one.yaml", Template);
        string two = await UploadAsync("two.yaml", Template.Replace("ONE", "TWO", StringComparison.Ordinal));
        JsonObject created = await ChangeSetAsync(one, "CREATE", waits: true);
        Assert.Equal(("CREATE_COMPLETE", "AVAILABLE"), ((string?)created["Status"], (string?)created["ExecutionStatus"]));
        JsonNode change = Assert.Single(created["Changes"]!.AsArray())!["ResourceChange"]!;
        Assert.Equal(("Add", "Table", "AWS::DynamoDB::Table"), ((string?)change["Action"], (string?)change["LogicalResourceId"], (string?)change["ResourceType"]));
        await ExecuteAsync(created, "StackCreateComplete");

        JsonObject same = await ChangeSetAsync(one, "UPDATE");
        Assert.Equal("The submitted information didn't contain changes. Submit different information to create a change set.", (string?)same["StatusReason"]);
        JsonObject described = await ChangeSetAsync(two, "UPDATE");
        Assert.Equal(("FAILED", "No updates are to be performed."), ((string?)described["Status"], (string?)described["StatusReason"]));
        JsonObject executed = new() { ["ChangeSetName"] = (string?)described["ChangeSetId"], ["StackName"] = _name };
        Assert.Equal("InvalidChangeSetStatus", (await Client.CallAsync("cloudformation:ExecuteChangeSet", executed)).Error);

        ClientAnswer summary = await Client.CallAsync("cloudformation:GetTemplateSummary", Named());
        Assert.Equal("AWS::Serverless-2016-10-31", (string?)summary.Success["DeclaredTransforms"]![0]);
        JsonArray events = (await Client.CallAsync("cloudformation:DescribeStackEvents", Named())).Success["StackEvents"]!.AsArray();
        Assert.Equal(("CREATE_COMPLETE", "REVIEW_IN_PROGRESS"), ((string?)events[0]!["ResourceStatus"], (string?)events[^1]!["ResourceStatus"]));
        await DeleteAsync();
    }

    [Fact]
    public async Task Events_come_in_pages()
    {
        string resources = string.Join('\n', Enumerable.Range(0, 40).Select(static i => $"  G{i}: {{Type: AWS::SNS::Topic}}"));
        JsonObject request = Named();
        request["TemplateBody"] = $"Resources:\n{resources}\n";
        _ = (await Client.CallAsync("cloudformation:CreateStack", request)).Success;
        _ = (await Client.WaitAsync("cloudformation:StackCreateComplete", Named())).Success;
        HashSet<string> ids = [];
        List<int> pages = [];
        JsonObject asked = Named();
        do
        {
            JsonObject page = (await Client.CallAsync("cloudformation:DescribeStackEvents", asked.DeepClone().AsObject())).Success;
            pages.Add(page["StackEvents"]!.AsArray().Count);
            ids.UnionWith(page["StackEvents"]!.AsArray().Select(static happened => (string)happened!["EventId"]!));
            asked["NextToken"] = (string?)page["NextToken"];
        }
        while (asked["NextToken"] is not null);
        Assert.Equal([100, 22], pages);
        Assert.Equal(122, ids.Count);
        await DeleteAsync();
    }

    private async Task DeployAsync(string url, string type)
    {
        JsonObject changeSet = await ChangeSetAsync(url, type);
        Assert.Equal("CREATE_COMPLETE", (string?)changeSet["Status"]);
        await ExecuteAsync(changeSet, type == "CREATE" ? "StackCreateComplete" : "StackUpdateComplete");
    }

    private async Task<JsonObject> ChangeSetAsync(string url, string type, bool waits = false)
    {
        JsonObject request = Named();
        request["ChangeSetName"] = $"set-{Guid.NewGuid():N}";
        request["ChangeSetType"] = type;
        request["ClientToken"] = $"create{Guid.NewGuid():N}";
        request["Description"] = "made by a test";
        request["TemplateURL"] = url;
        request["Capabilities"] = new JsonArray("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND");
        request["Tags"] = new JsonArray(new JsonObject { ["Key"] = "team", ["Value"] = "shop" });
        JsonObject made = (await Client.CallAsync("cloudformation:CreateChangeSet", request)).Success;
        JsonObject described = new() { ["ChangeSetName"] = (string?)made["Id"], ["StackName"] = _name };
        if (waits)
        {
            _ = (await Client.WaitAsync("cloudformation:ChangeSetCreateComplete", described.DeepClone().AsObject())).Success;
        }

        return (await Client.CallAsync("cloudformation:DescribeChangeSet", described)).Success;
    }

    private async Task ExecuteAsync(JsonObject changeSet, string waiter)
    {
        JsonObject request = new()
        {
            ["ChangeSetName"] = (string?)changeSet["ChangeSetId"], ["StackName"] = _name, ["ClientRequestToken"] = $"exec{Guid.NewGuid():N}", ["DisableRollback"] = false,
        };
        _ = (await Client.CallAsync("cloudformation:ExecuteChangeSet", request)).Success;
        ClientAnswer end = await Client.WaitAsync($"cloudformation:{waiter}", Named());
        if (end.Error is not null)
        {
            JsonArray events = (await Client.CallAsync("cloudformation:DescribeStackEvents", Named())).Success["StackEvents"]!.AsArray();
            Assert.Fail(string.Join('\n', events.Where(static happened => ((string)happened!["ResourceStatus"]!).EndsWith("FAILED", StringComparison.Ordinal))));
        }
    }

    /// <summary>Puts the assets of the synthesised application where the stack looks for them; gives the template's address.</summary>
    private async Task<string> PublishAssetsAsync(string greeting, string bucket)
    {
        string output = Synthesise(greeting);
        JsonNode assets = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "shop.assets.json")))!;
        string template = "";
        foreach ((string _, JsonNode? asset) in assets["files"]!.AsObject())
        {
            JsonNode destination = asset!["destinations"]!.AsObject().Single().Value!;
            string key = (string)destination["objectKey"]!;
            Assert.Equal(bucket, (string?)destination["bucketName"]);
            if ((string?)asset["source"]!["packaging"] == "zip")
            {
                string folder = ((string)asset["displayName"]!).StartsWith("Common/", StringComparison.Ordinal) ? "layer" : "code";
                using MemoryStream archive = new();
                await ZipFile.CreateFromDirectoryAsync(PathOf(folder), archive);
                await Client.PutObjectAsync(bucket, key, archive.ToArray());
            }
            else
            {
                await Client.PutObjectAsync(bucket, key, await File.ReadAllBytesAsync(Path.Combine(output, (string)asset["source"]!["path"]!)));
                template = $"https://s3.us-east-1.amazonaws.com/{bucket}/{key}";
            }
        }

        return template;
    }

    /// <summary>
    /// The folder of the CDK's output: as the CDK of cdk/package-lock.json made it once, or, in soak.sh, makes it now. A synthesis takes ten
    /// seconds of a processor.
    /// </summary>
    private string Synthesise(string greeting)
    {
        if (Soak.Number("LAMINA_CDK", 0) == 0)
        {
            return Path.Combine(RepositoryFolders.Cdk, greeting);
        }

        string output = PathOf("cdk.out");
        ClientTools.Run(
            ClientTools.Node, Path.Combine(ClientTools.InstallCdk(), "app.mjs"), output, PathOf("code"), PathOf("layer"), "shop", greeting);
        return output;
    }

    private async Task<string> UploadAsync(string name, string content)
    {
        await Client.PutObjectAsync(_name, name, Encoding.UTF8.GetBytes(content));
        return $"https://s3.us-east-1.amazonaws.com/{_name}/{name}";
    }

    private async Task<JsonNode> StackAsync() => (await Client.CallAsync("cloudformation:DescribeStacks", Named())).Success["Stacks"]![0]!;

    private async Task DeleteAsync()
    {
        _ = (await Client.CallAsync("cloudformation:DeleteStack", Named())).Success;
        _ = (await Client.WaitAsync("cloudformation:StackDeleteComplete", Named())).Success;
    }

    private JsonObject Named() => new() { ["StackName"] = _name };

    private static Dictionary<string, string> OutputsOf(JsonNode stack) => (stack["Outputs"] as JsonArray ?? []).ToDictionary(
        static output => (string)output!["OutputKey"]!, static output => (string)output!["OutputValue"]!);

    private async Task WriteAsync(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        await File.WriteAllTextAsync(PathOf(path), content);
    }

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);
}

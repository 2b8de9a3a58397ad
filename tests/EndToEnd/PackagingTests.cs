using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>`lamina deploy` of what a template names of its own folder, and of answers that are kept.</summary>
public sealed class PackagingTests(SharedServer shared) : SharedServerTests(shared), IDisposable
{
    private const string Code = "def handler(event, context):\n    return {'from': 'WHERE'}\n";

    private readonly StackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_local_is_packaged_wherever_the_template_names_it_and_nothing_twice()
    {
        string name = Own("kinds");
        _folder.Write("global/app.py", From("globals"));
        _folder.Write("plain/app.py", From("plain"));
        _folder.Write("single.py", From("single"));
        _folder.Write("fragment.yaml", "Description: {Value: from a fragment}\n");
        _folder.Write("api.yaml", "openapi: 3.0.1\ninfo: {title: local, version: '1'}\npaths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://127.0.0.1:9/'}}}}\n");
        _folder.Write("nested/app.py", From("the nested folder"));
        _folder.Write("nested/template.yaml", $$"""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Nested:
                Type: AWS::Serverless::Function
                Properties: {FunctionName: {{name}}-nested, Runtime: python3.11, Handler: app.handler}
            """);
        await ZipAsync("content.zip", "python/value.py", "VALUE = 1\n");
        _folder.Write("template.yaml", $$"""
            # A comment that stays nowhere.
            Transform: AWS::Serverless-2016-10-31
            Globals: {Function: {CodeUri: global, Runtime: python3.11, Handler: app.handler} }
            Resources:
              Global: {Type: AWS::Serverless::Function, Properties: {FunctionName: {{name}}-global, Layers: [!Ref Zipped]} }
              Plain:
                Type: AWS::Lambda::Function
                Properties:
                  FunctionName: {{name}}-plain
                  Code: ./plain
                  Runtime: python3.11
                  Handler: app.handler
                  Role: &role !Sub 'arn:aws:iam::${AWS::AccountId}:role/any'
              Single:
                Type: AWS::Lambda::Function
                Properties: {FunctionName: {{name}}-single, Code: "single.py", Runtime: python3.11, Handler: single.handler, Role: *role }
              Zipped:
                Type: AWS::Lambda::LayerVersion
                Properties: {LayerName: {{name}}, Content: content.zip}
              Application: {Type: AWS::Serverless::Application, Properties: {Location: nested/template.yaml} }
              Api:
                Type: AWS::Serverless::Api
                Properties: {StageName: test, DefinitionUri: api.yaml}
            Outputs:
              'Fn::Transform': {Name: AWS::Include, Parameters: {Location: fragment.yaml} }
              Global: {Value: !Ref Global}
            """);

        JsonNode first = await DeployAsync("--stack", name);
        Assert.Equal("from a fragment", (string?)first["Outputs"]!["Description"]);
        Assert.Equal("""{"from":"globals"}""", await StackFolder.InvokeAsync(Server.Endpoint, $"{name}-global"));
        Assert.Equal("""{"from":"plain"}""", await StackFolder.InvokeAsync(Server.Endpoint, $"{name}-plain"));
        Assert.Equal("""{"from":"single"}""", await StackFolder.InvokeAsync(Server.Endpoint, $"{name}-single"));
        Assert.Equal("""{"from":"the nested folder"}""", await StackFolder.InvokeAsync(Server.Endpoint, $"{name}-nested"));

        // The same content under other times is the same archive at the same place.
        File.SetLastWriteTimeUtc(_folder.PathOf("plain/app.py"), DateTime.UnixEpoch.AddYears(40));
        Assert.False((bool)(await DeployAsync("--stack", name))["Changed"]!);

        _folder.Write("nested/app.py", From("a change far inside"));
        Assert.True((bool)(await DeployAsync("--stack", name))["Changed"]!);
        Assert.Equal("""{"from":"a change far inside"}""", await StackFolder.InvokeAsync(Server.Endpoint, $"{name}-nested"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_template_is_told_with_its_places_before_anything_is_sent()
    {
        _folder.Write("template.yaml", """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              One:
                Type: AWS::Serverless::Function
                Properties: {CodeUri: code, Runtime: python3.11, Handler: app.handler, Timeuot: 3}
              Two:
                Type: AWS::Serverless::LayerVersion
                Properties: {ContentUri: code, RetentionPolicy: Sometimes}
            """);
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", _folder.Template, "--stack", Own("wrong"));
        Assert.Equal(1, code);
        Assert.Matches(@"template\.yaml:5:\d+: .*\[One\]", text);
        Assert.Matches(@"template\.yaml:8:\d+: .*\[Two\]", text);

        _folder.Write("template.yaml", "Resources: {One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}}");
        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", _folder.Template, "--stack", Own("wrong"));
        Assert.Equal(1, code);
        Assert.Contains("The template names itself.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guided_asks_again_for_what_is_not_allowed_and_keeps_what_it_was_told()
    {
        string name = Own("guided");
        _folder.Write("samconfig.toml", "version = 0.1\n\n[default.build.parameters]\ncached = true # stays\n");
        _folder.Write("template.yaml", """
            Parameters:
              Currency: {Type: String, Default: EUR, AllowedPattern: '[A-Z]{3}', Description: What customers pay in}
              Stage: {Type: String, AllowedValues: [test, live]}
            Resources:
              Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub '${Currency} ${Stage}'}}
            Outputs:
              Setting: {Value: !GetAtt Setting.Value}
            """);
        (int code, string text) = await LaminaCommand.RunAsync(
            Server.Endpoint, new Dictionary<string, string>(), $"{name}\n\nfrancs\nCHF\n\nnever\nlive\n\n", "deploy", _folder.Template, "--guided");
        Assert.True(code == 0, text);
        Assert.Contains("AWS Region [us-east-1]", text, StringComparison.Ordinal);
        Assert.Contains("must match pattern [A-Z]{3}", text, StringComparison.Ordinal);
        Assert.Contains("test | live", text, StringComparison.Ordinal);
        Assert.Matches("Setting +CHF live", text);

        string[] kept = await File.ReadAllLinesAsync(_folder.PathOf("samconfig.toml"));
        Assert.Contains("cached = true # stays", kept);
        Assert.Contains("[default.deploy.parameters]", kept);
        Assert.Contains($"stack_name = \"{name}\"", kept);
        Assert.Contains("""parameter_overrides = "Currency=\"CHF\" Stage=\"live\"" """.TrimEnd(), kept);

        JsonNode again = await DeployAsync();
        Assert.Equal((name, false), ((string)again["StackName"]!, (bool)again["Changed"]!));
        JsonNode changed = await DeployAsync("--parameter", "Stage=test");
        Assert.Equal("CHF test", (string?)changed["Outputs"]!["Setting"]);

        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, new Dictionary<string, string>(), "x\n", "deploy", _folder.Template, "--guided");
        Assert.Equal(1, code);
        Assert.Contains("Standard input ended before all was answered.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_samconfig_says_of_tags_parameters_and_confirmation_is_done()
    {
        string name = Own("config");
        _folder.Write("samconfig.toml", $$"""
            version = 0.1
            [default.deploy.parameters]
            stack_name = "{{name}}"
            capabilities = "CAPABILITY_IAM"
            confirm_changeset = true
            parameter_overrides = "Stage=\"two words\""
            tags = "team=\"shop floor\" cost:center=7"
            """);
        _folder.Write("template.yaml", """
            Parameters: {Stage: {Type: String} }
            Resources: {Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Stage} } }
            Outputs: {Setting: {Value: !GetAtt Setting.Value} }
            """);

        // Nobody is there to be asked.
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, "deploy", _folder.Template);
        Assert.True(code == 0, text);
        Assert.Equal(("two words", "cost:center=7 team=shop floor"), await DescribeAsync());

        (code, text) = await LaminaCommand.RunOnTerminalAsync(Server.Endpoint, "n\n", "deploy", _folder.Template, "--parameter", "Stage=live");
        Assert.True(code == 1, text);
        Assert.Contains("Modify Setting AWS::SSM::Parameter", text, StringComparison.Ordinal);
        Assert.Contains("nothing is deployed", text, StringComparison.Ordinal);
        Assert.Equal("two words", (await DescribeAsync()).Setting);

        (code, text) = await LaminaCommand.RunOnTerminalAsync(Server.Endpoint, "y\n", "deploy", _folder.Template, "--parameter", "Stage=live");
        Assert.True(code == 0, text);
        Assert.Equal("live", (await DescribeAsync()).Setting);

        async Task<(string? Setting, string Tags)> DescribeAsync()
        {
            await using ILambdaClient client = ClientTools.ConnectAny(Server.Endpoint);
            JsonNode stack = (await client.CallAsync("cloudformation:DescribeStacks", new JsonObject { ["StackName"] = name })).Success["Stacks"]![0]!;
            IEnumerable<string> tags = stack["Tags"]!.AsArray().Select(static tag => $"{tag!["Key"]}={tag["Value"]}").Order(StringComparer.Ordinal);
            return ((string?)stack["Outputs"]![0]!["OutputValue"], string.Join(' ', tags));
        }
    }

    [Fact]
    public async Task Functions_and_layers_are_built_when_they_need_it_and_once()
    {
        string name = Own("built");
        _folder.Write("fn/app.py", "import made, value\ndef handler(event, context):\n    return {'made': made.TEXT, 'value': value.VALUE}\n");
        _folder.Write("fn/Makefile", "build-Function:\n\techo \"TEXT = 'by make'\" > made.py\n\tcp app.py made.py $(ARTIFACTS_DIR)\n\techo run >> $(RUNS)\n");
        _folder.Write("layer/value.py", "VALUE = 5\n");
        _folder.Write("layer/Makefile", "build-Layer:\n\tmkdir -p $(ARTIFACTS_DIR)/python\n\tcp value.py $(ARTIFACTS_DIR)/python\n");
        _folder.Write("template.yaml", $$"""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Function:
                Type: AWS::Serverless::Function
                Metadata: {BuildMethod: makefile}
                Properties: {FunctionName: {{name}}, CodeUri: fn, Runtime: python3.11, Handler: app.handler, Layers: [!Ref Layer]}
              Layer:
                Type: AWS::Serverless::LayerVersion
                Metadata: {BuildMethod: makefile}
                Properties: {LayerName: {{name}}, ContentUri: layer}
            """);
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["XDG_CACHE_HOME"] = _folder.PathOf("cache"), ["RUNS"] = _folder.PathOf("runs"),
        };
        string[] deploy = ["deploy", _folder.Template, "--stack", name];
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, environment, string.Empty, deploy);
        Assert.True(code == 0, text);
        Assert.Equal("""{"made":"by make","value":5}""", await StackFolder.InvokeAsync(Server.Endpoint, name));
        Assert.False(File.Exists(_folder.PathOf("fn/made.py")));

        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, environment, string.Empty, deploy);
        Assert.True(code == 0, text);
        Assert.Contains("no changes", text, StringComparison.Ordinal);
        Assert.Equal("run\n", await File.ReadAllTextAsync(_folder.PathOf("runs")));

        _folder.Write("fn/Makefile", "build-Function:\n\t@echo this is what is wrong\n\t@exit 3\n");
        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, environment, string.Empty, deploy);
        Assert.Equal(1, code);
        Assert.Contains("Function could not be built: make failed", text, StringComparison.Ordinal);
        Assert.Contains("this is what is wrong", text, StringComparison.Ordinal);
        Assert.Contains("--no-build", text, StringComparison.Ordinal);

        _folder.Write("fn/made.py", "TEXT = 'by hand'\n");
        _folder.Write("layer/python/value.py", "VALUE = 6\n");
        (code, text) = await LaminaCommand.RunAsync(Server.Endpoint, environment, string.Empty, [.. deploy, "--no-build"]);
        Assert.True(code == 0, text);
        Assert.Equal("""{"made":"by hand","value":6}""", await StackFolder.InvokeAsync(Server.Endpoint, name));
    }

    private static string From(string where) => Code.Replace("'WHERE'", $"\"{where}\"", StringComparison.Ordinal);

    private async Task<JsonNode> DeployAsync(params string[] options)
    {
        (int code, string text) = await LaminaCommand.RunAsync(Server.Endpoint, ["deploy", _folder.Template, "--json", .. options]);
        Assert.True(code == 0, text);
        int begin = text.IndexOf('{', StringComparison.Ordinal);
        return JsonNode.Parse(text[begin..(text.LastIndexOf('}') + 1)])!;
    }

    private async Task ZipAsync(string name, string entry, string text)
    {
        await using FileStream file = File.Create(_folder.PathOf(name));
        await using ZipArchive zip = new(file, ZipArchiveMode.Create);
        await using StreamWriter writer = new(zip.CreateEntry(entry).Open());
        await writer.WriteAsync(text);
    }
}

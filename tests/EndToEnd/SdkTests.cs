using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>The AWS SDK that Lambda's runtimes ship, fetched by the machine's package managers: packages that the test makes, and real ones.</summary>
public sealed class SdkTests : ServerTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-sdk-test-").FullName;

    public static TheoryData<string> Families => ["python", "nodejs", "ruby"];

    public static TheoryData<string, string> RealPackages => new()
    {
        { "python", "boto3" }, { "nodejs", "@aws-sdk/client-sts" }, { "ruby", "aws-sdk-core" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public async Task It_is_found_behind_the_code_and_the_layers_and_before_the_machines(string family)
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await FetchAsync(family, "sdk");
        await CreateAsync(client, family, "plain", []);
        Assert.Equal("\"sdk\"", (await client.InvokeAsync("plain", "{}")).Payload);

        string layer = await client.PublishLayerAsync("layer", InLayer(family).ToArray());
        await CreateAsync(client, family, "layered", new JsonObject { ["Layers"] = new JsonArray(layer) });
        Assert.Equal("\"layer\"", (await client.InvokeAsync("layered", "{}")).Payload);

        await CreateAsync(client, family, "packaged", new JsonObject { ["Layers"] = new JsonArray(layer) }, InCode);
        Assert.Equal("\"code\"", (await client.InvokeAsync("packaged", "{}")).Payload);

        // Functions that run already get the next one that is fetched.
        await FetchAsync(family, "next");
        Assert.Equal("\"next\"", (await client.InvokeAsync("plain", "{}")).Payload);
        (int exitCode, string text) = await LaminaCommand.RunAsync(Endpoint, "image", "delete", $"lamina-sdk/{family}");
        Assert.True(exitCode == 0, text);
        Assert.NotEqual("\"next\"", (await client.InvokeAsync("plain", "{}")).Payload);
    }

    [Fact]
    public async Task Where_it_is_missing_the_error_says_how_to_get_it()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);

        // What Python itself raises; the machine may have boto3.
        const string Raise = "raise ModuleNotFoundError(\"No module named 'boto3'\", name='boto3')";
        Assert.Equal(
            "Unable to import module 'index': No module named 'boto3'; the AWS SDK is not on this machine, fetch it once: lamina runtimes sdk python",
            await ErrorAsync(client, "python3.11", "index.py", Raise));
        Assert.Equal(
            "No module named 'boto3'; the AWS SDK is not on this machine, fetch it once: lamina runtimes sdk python",
            await ErrorAsync(client, "python3.11", "index.py", $"def handler(event, context):\n    {Raise}"));
        const string OfNode = "@aws-sdk/client-none is not on this machine, fetch it once: lamina runtimes sdk nodejs --with @aws-sdk/client-none";
        Assert.EndsWith(OfNode, await ErrorAsync(client, "nodejs20.x", "index.js", "require('@aws-sdk/client-none');"), StringComparison.Ordinal);
        Assert.EndsWith(
            OfNode, await ErrorAsync(client, "nodejs22.x", "index.mjs", "import '@aws-sdk/client-none/deep.js';"), StringComparison.Ordinal);
        Assert.EndsWith(
            OfNode,
            await ErrorAsync(client, "nodejs20.x", "index.js", "exports.handler = async () => import('@aws-sdk/client-none');"),
            StringComparison.Ordinal);
        Skip("ruby");
        Assert.Equal(
            "cannot load such file -- aws-sdk-none; it is not on this machine, fetch it once: lamina runtimes sdk ruby --with aws-sdk-none",
            await ErrorAsync(client, "ruby3.2", "index.rb", "require 'aws-sdk-none'"));
    }

    [Fact]
    public async Task ES_modules_import_it_too()
    {
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        await FetchAsync("nodejs", "sdk");
        foreach (string runtime in (string[])["nodejs20.x", "nodejs22.x"])
        {
            string name = runtime[..8];
            _ = (await client.CreateFunctionAsync(
                name,
                Archive.Of("index.mjs", "import sdk from '@aws-sdk/client-test';\nexport const handler = async () => sdk.who;"),
                new JsonObject { ["Runtime"] = runtime })).Success;
            await client.WaitUntilActiveAsync(name);
            Assert.Equal("\"sdk\"", (await client.InvokeAsync(name, "{}")).Payload);
        }
    }

    [Theory]
    [MemberData(nameof(RealPackages))]
    public async Task The_real_one_calls_Lamina_from_a_function_that_packages_nothing(string family, string package)
    {
        Skip(family);
        (int exitCode, string text) = await LaminaCommand.RunAsync(Endpoint, "runtimes", "sdk", family, "--only", package);
        Assert.SkipUnless(exitCode == 0, $"No package index of {family}'s is reached from here: {text.Split('\n')[^1]}");
        await using ILambdaClient client = ClientTools.ConnectAny(Endpoint);
        (string runtime, string file, string code) = family switch
        {
            "python" => ("python3.11", "index.py", """
                import boto3
                def handler(event, context):
                    return [boto3.__file__, boto3.client("sts").get_caller_identity()["Account"]]
                """),
            "nodejs" => ("nodejs20.x", "index.js", """
                const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
                const sts = new STSClient();
                exports.handler = async () => [require.resolve('@aws-sdk/client-sts'), (await sts.send(new GetCallerIdentityCommand({}))).Account];
                """),
            _ => ("ruby3.2", "index.rb", """
                require "aws-sdk-core"
                def handler(event:, context:)
                  [Gem.loaded_specs["aws-sdk-core"].full_gem_path, Aws::STS::Client.new.get_caller_identity.account]
                end
                """),
        };
        _ = (await client.CreateFunctionAsync("fn", Archive.Of(file, code), new JsonObject { ["Runtime"] = runtime, ["MemorySize"] = 512 })).Success;
        await client.WaitUntilActiveAsync("fn");

        ClientAnswer answer = await client.InvokeAsync("fn", "{}");
        Assert.True(answer.FunctionError is null, answer.Payload);
        JsonArray seen = JsonNode.Parse(answer.Payload)!.AsArray();
        Assert.StartsWith("/var/sdk", (string?)seen[0], StringComparison.Ordinal);
        Assert.Equal("000000000000", (string?)seen[1]);
    }

    private static void Skip(string family)
    {
        string program = family switch { "python" => "/usr/bin/python3", "nodejs" => "/usr/bin/npm", _ => "/usr/bin/gem" };
        Assert.SkipUnless(File.Exists(program) || File.Exists(program.Replace("/usr/", "/usr/local/", StringComparison.Ordinal)), $"{program} is not installed.");
    }

    private static async Task<string> ErrorAsync(ILambdaClient client, string runtime, string file, string code)
    {
        string name = $"fn-{Guid.NewGuid():N}";
        _ = (await client.CreateFunctionAsync(name, Archive.Of(file, code), new JsonObject { ["Runtime"] = runtime })).Success;
        await client.WaitUntilActiveAsync(name);
        return (string)JsonNode.Parse((await client.InvokeAsync(name, "{}")).Payload)!["errorMessage"]!;
    }

    /// <summary>A function that tells whose the SDK is that it imports.</summary>
    private static async Task CreateAsync(ILambdaClient client, string family, string name, JsonObject more, Action<string, Archive>? add = null)
    {
        (string runtime, string file, string code) = family switch
        {
            "python" => ("python3.11", "index.py", "def handler(event, context):\n    import boto3\n    return getattr(boto3, 'WHO', 'machine')"),
            "nodejs" => ("nodejs20.x", "index.js", "exports.handler = async () => require('@aws-sdk/client-test').who;"),
            _ => ("ruby3.2", "index.rb", "def handler(event:, context:)\n  require 'aws-sdk-test'\n  AwsSdkTest::WHO\nend"),
        };
        more["Runtime"] = runtime;
        Archive archive = new Archive().File(file, code);
        add?.Invoke(family, archive);
        _ = (await client.CreateFunctionAsync(name, archive.ToArray(), more)).Success;
        await client.WaitUntilActiveAsync(name);
    }

    private static Archive InLayer(string family) => family switch
    {
        "python" => new Archive().File("python/boto3/__init__.py", "WHO = 'layer'"),
        "nodejs" => new Archive().File("nodejs/node_modules/@aws-sdk/client-test/index.js", "exports.who = 'layer';"),
        _ => new Archive().File("ruby/lib/aws-sdk-test.rb", "module AwsSdkTest\n  WHO = 'layer'\nend"),
    };

    private static void InCode(string family, Archive archive) => _ = family switch
    {
        "python" => archive.File("boto3/__init__.py", "WHO = 'code'"),
        "nodejs" => archive.File("node_modules/@aws-sdk/client-test/index.js", "exports.who = 'code';"),
        _ => archive.File("aws-sdk-test.rb", "module AwsSdkTest\n  WHO = 'code'\nend"),
    };

    /// <summary>A package of the SDK's name, fetched as the SDK.</summary>
    private async Task FetchAsync(string family, string who)
    {
        Skip(family);
        string folder = Directory.CreateDirectory(Path.Combine(_folder, $"{family}-{who}")).FullName;
        string package = family switch { "python" => MakeWheel(folder, who), "nodejs" => MakeNodePackage(folder, who), _ => await MakeGemAsync(folder, who) };
        (int exitCode, string text) = await LaminaCommand.RunAsync(Endpoint, "runtimes", "sdk", family, "--only", package);
        Assert.True(exitCode == 0, text);
        Assert.Contains($"lamina-sdk/{family}", text, StringComparison.Ordinal);
    }

    private static string MakeWheel(string folder, string who)
    {
        const string Information = "boto3-9.9.9.dist-info";
        Archive wheel = new Archive()
            .File("boto3/__init__.py", $"WHO = '{who}'\n")
            .File($"{Information}/METADATA", "Metadata-Version: 2.1\nName: boto3\nVersion: 9.9.9\n")
            .File($"{Information}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            .File($"{Information}/RECORD", $"boto3/__init__.py,,\n{Information}/METADATA,,\n{Information}/WHEEL,,\n{Information}/RECORD,,\n");
        string path = Path.Combine(folder, "boto3-9.9.9-py3-none-any.whl");
        File.WriteAllBytes(path, wheel.ToArray());
        return path;
    }

    private static string MakeNodePackage(string folder, string who)
    {
        File.WriteAllText(Path.Combine(folder, "package.json"), """{"name":"@aws-sdk/client-test","version":"9.9.9","main":"index.js"}""");
        File.WriteAllText(Path.Combine(folder, "index.js"), $"exports.who = '{who}';\n");
        return folder;
    }

    private static async Task<string> MakeGemAsync(string folder, string who)
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder, "aws-sdk-test.gemspec"),
            "Gem::Specification.new { |s| s.name = 'aws-sdk-test'; s.version = '9.9.9'; s.summary = 'x'; s.authors = ['a']; s.files = ['lib/aws-sdk-test.rb'] }");
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        await File.WriteAllTextAsync(Path.Combine(folder, "lib", "aws-sdk-test.rb"), $"module AwsSdkTest\n  WHO = '{who}'\nend\n");
        using Process build = Process.Start(new ProcessStartInfo("gem", ["build", "aws-sdk-test.gemspec"])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output);
        return Path.Combine(folder, "aws-sdk-test-9.9.9.gem");
    }
}

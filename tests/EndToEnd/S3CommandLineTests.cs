using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Lamina.EndToEnd.Tests;

/// <summary>S3 through the AWS CLI, on a server that verifies what it signs; and archives that only S3 can bring.</summary>
public sealed class S3CommandLineTests(KeyedServer server) : IClassFixture<KeyedServer>, IDisposable
{
    /// <summary>What a request may carry directly.</summary>
    private const int DirectUploadBytes = 52_428_800;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lamina-s3-cli-");
    private readonly string _bucket = $"bucket-{Guid.NewGuid():N}"[..20];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Files_and_folders_go_there_and_back()
    {
        byte[] large = RandomNumberGenerator.GetBytes(9 * 1024 * 1024);
        Write("up/large", large);
        Write("up/a b/ü.txt", "text"u8.ToArray());
        Write("up/a b/empty", []);
        await AwsAsync("s3", "mb", $"s3://{_bucket}");

        await AwsAsync("s3", "sync", PathOf("up"), $"s3://{_bucket}/there", "--metadata", "team=blue", "--cache-control", "max-age=60");
        string[] listed = (await AwsAsync("s3", "ls", "--recursive", $"s3://{_bucket}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["there/a b/empty", "there/a b/ü.txt", "there/large"], listed.Select(static line => line[31..].TrimEnd()));
        await AwsAsync("s3", "mv", $"s3://{_bucket}/there/a b/ü.txt", $"s3://{_bucket}/there/moved");
        await AwsAsync("s3", "sync", $"s3://{_bucket}/there", PathOf("down"));
        Assert.Equal(large, await File.ReadAllBytesAsync(PathOf("down/large")));
        Assert.Equal("text", await File.ReadAllTextAsync(PathOf("down/moved")));
        Assert.Empty(await File.ReadAllBytesAsync(PathOf("down/a b/empty")));

        JsonNode head = await JsonAsync("s3api", "head-object", "--bucket", _bucket, "--key", "there/large");
        Assert.Equal(("blue", "max-age=60"), ((string?)head["Metadata"]!["team"], (string?)head["CacheControl"]));
        Assert.EndsWith("-2\"", (string?)head["ETag"], StringComparison.Ordinal);
        using HttpClient anyone = new();
        Assert.Equal("text", await anyone.GetStringAsync(new Uri(await AwsAsync("s3", "presign", $"s3://{_bucket}/there/moved"))));

        await AwsAsync("s3", "rb", "--force", $"s3://{_bucket}");
        Assert.Contains("NoSuchBucket", await RefusedAsync("s3", "ls", $"s3://{_bucket}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_too_large_for_a_request_becomes_a_layer_and_a_function_from_a_version_of_an_object()
    {
        byte[] ballast = RandomNumberGenerator.GetBytes(DirectUploadBytes + 1);
        Write("layer.zip", new Archive().File("text", "of the layer").File("ballast", ballast).ToArray());
        Write("code.zip", new Archive().File("ballast", ballast).File("index.py", """
            import hashlib
            def handler(event, context):
                digests = [hashlib.sha256(open(root + '/ballast', 'rb').read()).hexdigest() for root in ('/opt', '/var/task')]
                return [open('/opt/text').read()] + digests
            """).ToArray());
        await AwsAsync("s3api", "create-bucket", "--bucket", _bucket);
        await AwsAsync("s3api", "put-bucket-versioning", "--bucket", _bucket, "--versioning-configuration", "Status=Enabled");
        await AwsAsync("s3", "cp", PathOf("layer.zip"), $"s3://{_bucket}/layer.zip");
        string version = (string)(await JsonAsync("s3api", "head-object", "--bucket", _bucket, "--key", "layer.zip"))["VersionId"]!;
        await Task.WhenAll(
            AwsAsync("s3", "cp", PathOf("code.zip"), $"s3://{_bucket}/code.zip"),
            AwsAsync("s3api", "put-object", "--bucket", _bucket, "--key", "layer.zip"));

        ILambdaClient layers = server.Connect("javascript");
        ILambdaClient functions = server.Connect("boto3");
        JsonObject content = new() { ["S3Bucket"] = _bucket, ["S3Key"] = "layer.zip", ["S3ObjectVersion"] = version };
        JsonObject published = (await layers.CallAsync("PublishLayerVersion", new JsonObject { ["LayerName"] = "large", ["Content"] = content })).Success;
        Assert.Equal(new FileInfo(PathOf("layer.zip")).Length, (long)published["Content"]!["CodeSize"]!);
        _ = (await functions.CallAsync("CreateFunction", new JsonObject
        {
            ["FunctionName"] = "large",
            ["Runtime"] = "python3.11",
            ["Handler"] = "index.handler",
            ["Role"] = "arn:aws:iam::111122223333:role/lambda",
            ["Timeout"] = 60,
            ["MemorySize"] = 512,
            ["Code"] = new JsonObject { ["S3Bucket"] = _bucket, ["S3Key"] = "code.zip" },
            ["Layers"] = new JsonArray((string)published["LayerVersionArn"]!),
        })).Success;
        await functions.WaitUntilActiveAsync("large");
        string digest = Convert.ToHexStringLower(SHA256.HashData(ballast));
        Assert.Equal($"""["of the layer", "{digest}", "{digest}"]""", (await functions.InvokeAsync("large", "{}")).Payload);

        // What stands there now is empty.
        content.Remove("S3ObjectVersion");
        ClientAnswer newest = await layers.CallAsync("PublishLayerVersion", new JsonObject { ["LayerName"] = "large", ["Content"] = content.DeepClone() });
        Assert.Equal("InvalidParameterValueException", newest.Error);
    }

    private void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllBytes(PathOf(path), content);
    }

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);

    private async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse(await AwsAsync(arguments))!;

    private async Task<string> AwsAsync(params string[] arguments)
    {
        (int status, string output, string errors) = await RunAsync(arguments);
        Assert.True(status == 0, $"aws {string.Join(' ', arguments)}: {errors}");
        return output.TrimEnd('\n');
    }

    /// <summary>What it complains of.</summary>
    private async Task<string> RefusedAsync(params string[] arguments)
    {
        (int status, _, string errors) = await RunAsync(arguments);
        Assert.NotEqual(0, status);
        return errors;
    }

    private async Task<(int Status, string Output, string Errors)> RunAsync(string[] arguments)
    {
        ProcessStartInfo start = new(ClientTools.CommandLine, [.. arguments, "--output", "json", "--endpoint-url", server.Endpoint.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ClientTools.RequireCommandLine();
        ClientTools.PointAt(start, server.Endpoint, KeyedServer.Root);
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
